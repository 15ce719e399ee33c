import { describe, it } from "vitest";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { referenceBytes } from "../../shared/stores/indexed/row-key.ts";
import { bytesOf, MIB } from "../support/bytes.ts";
import { countedIndex } from "../support/counted-index.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { listOf } from "../support/list-of.ts";
import { HOUR_MS, inlineRow, LEASE_ENDS_MS, relyingRow, rowAt } from "../support/rows.ts";
import { webHashers } from "../support/web-hashers.ts";
import { commit, commitAll } from "./blob-index/under-test.ts";
import { describeBlobIndex } from "./blob-index.contract.ts";
import { anySignal, objectOf, put } from "./object-store/under-test.ts";
import { describeObjectStore } from "./object-store.contract.ts";

const nothing = (): Promise<void> => Promise.resolve();

for (const joins of [true, false]) {
  describeBlobIndex(joins ? "memory" : "memory without joins", {
    create: () => {
      const index = countedIndex(new MemoryBlobIndex({ joins }));
      return Promise.resolve({ index, [Symbol.asyncDispose]: nothing });
    },
    joins,
    ordersExpired: true,
  });
}

for (const verifies of [[], ["sha256"], ["sha256", "blake3"]] as const) {
  describeObjectStore(`memory that verifies ${verifies.join(" and ") || "nothing"}`, {
    create: () => {
      const options = { hashers: webHashers, verifies, maxPutBytes: 64 * MIB };
      const objects = countedObjects(new MemoryObjectStore(options));
      return Promise.resolve({ objects, [Symbol.asyncDispose]: nothing });
    },
    verifies,
    hasMultipart: true,
  });
}

describe("the memory index's own", () => {
  it("refuses a row that is larger than it says", async ({ expect }) => {
    const index = new MemoryBlobIndex({ maxRowBytes: 100 });
    await commit(index, inlineRow(1, bytesOf(100)));
    await expect(commit(index, inlineRow(2, bytesOf(101)))).rejects.toThrow(RangeError);
    const references = [{ key: rowAt(3).key, sizeBytes: 1 }];
    const room = 100 - referenceBytes(rowAt(3));
    await commit(index, relyingRow(4, references, { content: bytesOf(room) }));
    const larger = relyingRow(5, references, { content: bytesOf(room + 1) });
    await expect(commit(index, larger)).rejects.toThrow("101 bytes; at most 100");
  });
});

describe("what calls cost", () => {
  it("is counted by rows, in an index", async ({ expect }) => {
    const index = countedIndex(new MemoryBlobIndex());
    const rows = [0, 1, 2].map((later) => rowAt(later, { leaseEndsMs: LEASE_ENDS_MS + later }));
    await commitAll(index, rows);
    const action = relyingRow(1, [{ key: rowAt(0).key, sizeBytes: 1000 }]);
    await commit(index, action, "last");
    await commit(index, rowAt(0), "first");
    expect(index.counts).toEqual({ roundTrips: 5, rowsRead: 0, rowsWritten: 4 });

    index.reset();
    const renewal = { dueMs: LEASE_ENDS_MS + 2, untilMs: LEASE_ENDS_MS + HOUR_MS };
    const how = { contents: false, consistent: true, renewal };
    const keys = [1, 1, 2, 5].map((index_) => rowAt(index_).key);
    await index.lookUp(keys, how, anySignal());
    await index.lookUp([], how, anySignal());
    expect(index.counts).toEqual({ roundTrips: 1, rowsRead: 3, rowsWritten: 1 });
    await index.lookUp([action.key], how, anySignal());
    await index.lookUp([action.key], how, anySignal());
    expect(index.counts).toEqual({ roundTrips: 3, rowsRead: 5, rowsWritten: 3 });

    index.reset();
    const expired = await index.expired(LEASE_ENDS_MS + HOUR_MS, 100, anySignal());
    await index.renew(expired, LEASE_ENDS_MS + 1, anySignal());
    await index.remove([...expired, rowAt(9)], anySignal());
    await index.leases(HOUR_MS, anySignal());
    expect(index.counts).toEqual({ roundTrips: 4, rowsRead: 4, rowsWritten: 1 });
  });

  it("is counted by requests, in an object store", async ({ expect }) => {
    const objects = countedObjects(new MemoryObjectStore({ hashers: webHashers }));
    const object = await objectOf(100);
    const { key, digest, bytes } = object;
    await put(objects, object);
    await objects.get(key, { offset: 0 }, anySignal());
    await objects.inspect(key, digest, anySignal());
    await listOf(objects.list("", anySignal()));
    await objects.delete([key, key], anySignal());
    await objects.delete([], anySignal());
    const counts = { puts: 1, gets: 1, inspections: 1, deletions: 2, pages: 1, parts: 0 };
    expect(objects.counts).toEqual({ ...counts, roundTrips: 5 });

    objects.reset();
    const uploadId = await objects.multipart?.create(key, anySignal());
    const part = await objects.multipart?.putPart(key, uploadId ?? "", 1, bytes, anySignal());
    await objects.multipart?.complete(key, uploadId ?? "", part ? [part] : [], anySignal());
    await objects.multipart?.abort(key, uploadId ?? "");
    const none = { puts: 0, gets: 0, inspections: 0, deletions: 0, pages: 0 };
    expect(objects.counts).toEqual({ ...none, parts: 1, roundTrips: 4 });
  });
});
