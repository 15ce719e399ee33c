import { describe, it } from "vitest";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { limits } from "../../shared/limits.ts";
import { createServices } from "../../shared/services/services.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, MIB, readAll } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { countedIndex } from "../support/counted-index.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { chunksOf, putInChunks } from "../support/in-chunks.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { webHashers } from "../support/web-hashers.ts";

const CHUNKS = 6;
const call = callFor();
const action = absentDigest(77);

/** A cache over an indexed store that counts what its clouds would bill. */
async function setUp({ joins = true } = {}) {
  const index = countedIndex(new MemoryBlobIndex({ joins }));
  const objects = countedObjects(new MemoryObjectStore({ hashers: webHashers }));
  const parts = indexedParts({ index, objects });
  const stores = createIndexedStores(parts);
  const blob = await blobOf(CHUNKS * MIB);
  const reset = (): void => {
    index.reset();
    objects.reset();
  };
  const cache = createServices({
    ...stores,
    purges: new MemoryPurgeStore(),
    hashers: webHashers,
    digestFunctions: ["sha256"],
    codecs: [],
  });
  return { ...cache, stores, index, objects, clock: parts.clock, blob, reset };
}

type Test = Awaited<ReturnType<typeof setUp>>;

async function putSpliced(test: Test): Promise<readonly TestBlob["digest"][]> {
  return await putInChunks(test.stores, test.blob, MIB, call);
}

describe("FindMissing", () => {
  it("of a spliced blob is one round trip more", async ({ expect }) => {
    const test = await setUp();
    await putSpliced(test);
    test.reset();
    expect(await test.store.findMissing([test.blob.digest], call)).toEqual([]);
    expect(test.index.counts).toEqual({ roundTrips: 2, rowsRead: 2, rowsWritten: 0 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });

  it("of one that lacks a chunk is two more, one for the chunks", async ({ expect }) => {
    const test = await setUp();
    const { digest } = test.blob;
    const chunks = [absentDigest(1, CHUNKS * MIB)];
    await test.stores.chunkLists.put(digest, { chunks, cutBy: "unknown" }, call);
    test.reset();
    expect(await test.store.findMissing([digest], call)).toEqual([digest]);
    expect(test.index.counts).toEqual({ roundTrips: 3, rowsRead: 3, rowsWritten: 0 });
  });

  it("of an absent blob is one more where it is large, and none where it is small", async ({
    expect,
  }) => {
    const test = await setUp();
    const [small, large] = [absentDigest(1), absentDigest(2, limits.splicedBytes)];
    expect(await test.store.findMissing([small], call)).toEqual([small]);
    expect(test.index.counts.roundTrips).toBe(1);
    test.reset();
    expect(await test.store.findMissing([large], call)).toEqual([large]);
    expect(test.index.counts.roundTrips).toBe(2);
  });
});

describe("a read", () => {
  it("of a spliced blob is one round trip for the list, and those of the chunks", async ({
    expect,
  }) => {
    const test = await setUp();
    await putSpliced(test);
    test.reset();
    const source = await test.store.get(test.blob.digest, { offset: 0 }, call);
    expect(test.index.counts.roundTrips).toBe(2);
    expect(source && (await readAll(source)).byteLength).toBe(CHUNKS * MIB);
    expect(test.index.counts).toEqual({
      roundTrips: 2 + CHUNKS,
      rowsRead: 2 + CHUNKS,
      rowsWritten: 0,
    });
    expect(test.objects.counts).toMatchObject({ roundTrips: CHUNKS, gets: CHUNKS });
  });

  it("of a part opens the chunks of that part", async ({ expect }) => {
    const test = await setUp();
    await putSpliced(test);
    test.reset();
    const part = { offset: 2 * MIB + 5, length: 10 };
    const source = await test.store.get(test.blob.digest, part, call);
    expect(source && (await readAll(source)).byteLength).toBe(10);
    expect(test.objects.counts).toMatchObject({ roundTrips: 1, gets: 1 });
  });
});

describe("GetActionResult with an output that was spliced", () => {
  async function putAction(test: Test): Promise<void> {
    await putSpliced(test);
    const others = await blobOf(500, 50);
    await test.stores.blobs.put(others.digest, bodyOf(others.bytes), call);
    const references = [others.digest, test.blob.digest];
    await test.stores.actions.put(action, { result: bytesOf(800), references }, call);
  }

  it.for([{ joins: true }, { joins: false }])(
    "reads one row while its lease lasts ($joins)",
    async ({ joins }, { expect }) => {
      const test = await setUp({ joins });
      await putAction(test);
      test.clock.advance(testPolicy.renewEveryMs / 2);
      test.reset();
      const found = await test.stores.actions.get(action, call);
      expect(found?.completeness).toBe("complete");
      expect(test.index.counts).toEqual({ roundTrips: 1, rowsRead: 1, rowsWritten: 0 });
    },
  );

  it.for([
    { joins: true, roundTrips: 4 },
    { joins: false, roundTrips: 6 },
  ])(
    "is $roundTrips round trips when every lease is due ($joins)",
    async ({ joins, roundTrips }, { expect }) => {
      const test = await setUp({ joins });
      await putAction(test);
      test.clock.advance(testPolicy.renewEveryMs + 1);
      test.reset();
      const found = await test.stores.actions.get(action, call);
      expect(found?.completeness).toBe("complete");
      // The result, the list, the chunks and the other output.
      expect(test.index.counts).toMatchObject({ roundTrips, rowsWritten: 3 + CHUNKS });
    },
  );
});

describe("SpliceBlob", () => {
  it("reads the chunks, and writes a row", async ({ expect }) => {
    const test = await setUp({ joins: false });
    const parts = await chunksOf(test.blob, MIB);
    for (const { digest, bytes } of parts) await test.stores.blobs.put(digest, bodyOf(bytes), call);
    const chunks = parts.map(({ digest }) => digest);
    test.reset();
    await test.chunks.splice(test.blob.digest, { chunks, cutBy: "unknown" }, call);
    expect(test.index.counts).toMatchObject({ roundTrips: 6 + CHUNKS, rowsWritten: 1 });
    expect(test.objects.counts).toMatchObject({ roundTrips: CHUNKS, gets: CHUNKS });
  });

  it("of a blob that is there is what FindMissing is", async ({ expect }) => {
    const test = await setUp();
    const chunks = await putSpliced(test);
    test.reset();
    await test.chunks.splice(test.blob.digest, { chunks, cutBy: "unknown" }, call);
    expect(test.index.counts).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });
});

describe("SplitBlob", () => {
  it("of a blob whose chunks are known is two round trips", async ({ expect }) => {
    const test = await setUp();
    await putSpliced(test);
    test.reset();
    expect((await test.chunks.split(test.blob.digest, call)).chunks).toHaveLength(CHUNKS);
    expect(test.index.counts).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
    expect(test.objects.counts.roundTrips).toBe(0);
  });

  it("of another is a read, and an upload for each chunk", async ({ expect }) => {
    const test = await setUp();
    await test.stores.blobs.put(test.blob.digest, bodyOf(test.blob.bytes), call);
    test.reset();
    const { chunks } = await test.chunks.split(test.blob.digest, call);
    expect(test.objects.counts).toMatchObject({ gets: 1, puts: chunks.length });
    expect(test.index.counts.rowsWritten).toBe(chunks.length + 1);
  });
});
