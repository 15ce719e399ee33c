import { describe, it } from "vitest";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { objectKeyOf, parseObjectKey } from "../../shared/stores/indexed/object-key.ts";
import { blobKey } from "../../shared/stores/indexed/row-key.ts";
import { absentDigest, blobOf } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { MIB } from "../support/bytes.ts";
import { uploadAt } from "../support/rows.ts";
import { runLengthCodec } from "../support/run-length-codec.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { holds, put } from "./blob-store/under-test.ts";

const nothing = (): Promise<void> => Promise.resolve();

/** The indexes and buckets that the clouds have, by what they can do. */
const shapes = [
  { name: "a table that joins and a bucket that verifies", joins: true, verifies: ["sha256"] },
  {
    name: "a table that does not join and a bucket that does not verify",
    joins: false,
    verifies: [],
  },
  {
    name: "a bucket whose objects are all encoded",
    joins: true,
    verifies: ["sha256"],
    minSaving: -1,
  },
] as const;

for (const { name, joins, verifies, ...encoding } of shapes) {
  const create = () => {
    const index = new MemoryBlobIndex({ joins });
    const objects = new MemoryObjectStore({ hashers: webHashers, verifies });
    const compression = { codec: runLengthCodec, ...encoding };
    const parts = indexedParts({ index, objects, compression });
    const stores = createIndexedStores(parts);
    return { ...stores, clock: parts.clock, [Symbol.asyncDispose]: nothing };
  };
  describeBlobStore(name, {
    create: () => {
      const { blobs: store, ...rest } = create();
      return Promise.resolve({ ...rest, store });
    },
    leaseMs: testPolicy.leaseMs,
    boundaries: [testPolicy.inlineBytes, MIB],
  });
  describeActionStore(name, {
    create: () => {
      const { actions: store, ...rest } = create();
      return Promise.resolve({ ...rest, store });
    },
    largestResultBytes: 3 * MIB,
  });
}

it("a blob that policy would have in a row is an object where rows have less room", async ({
  expect,
}) => {
  const index = new MemoryBlobIndex({ maxRowBytes: 500 });
  const { blobs } = createIndexedStores(indexedParts({ index }));
  const [small, larger] = [await blobOf(500), await blobOf(501)];
  for (const blob of [small, larger]) {
    await put(blobs, blob);
    expect(await holds(blobs, blob)).toBe(true);
  }
  const { signal, instanceName } = callFor();
  const keys = [small, larger].map(({ digest }) => blobKey(digest, instanceName));
  const { rows } = await index.lookUp(keys, { contents: false, consistent: true }, signal);
  expect(keys.map((key) => rows.get(key)?.inline)).toEqual([true, false]);
});

describe("the name of an object", () => {
  it.for(["", ".", "..", "...", "a/..", "_2e", "ä"])(
    "is the same as a path of a URL, and tells what it is of, in instance %j",
    (instance, { expect }) => {
      const key = blobKey(absentDigest(1), parseInstanceName(instance));
      const upload = uploadAt(1);
      const objectKey = objectKeyOf({ key, upload });
      expect(new URL(objectKey, "https://bucket.test/").pathname).toBe(`/${objectKey}`);
      expect(parseObjectKey(objectKey)).toEqual({ objectKey, key, upload });
    },
  );

  it("is none of ours without a digest function", ({ expect }) => {
    const { hash } = absentDigest(1);
    for (const name of ["constructor", "sha257"]) {
      const foreign = `${hash.slice(0, 2)}/cas/_/${name}/${hash}/${uploadAt(1)}`;
      expect(parseObjectKey(foreign)).toBeUndefined();
    }
  });
});
