import { describe, it } from "vitest";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { splicedBlobs } from "../../shared/stores/decorators/spliced-blobs.ts";
import type { IndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { LeasePolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { LeasedChunkLists } from "../../shared/stores/leased-chunk-lists.ts";
import { bodyOf } from "../support/bodies.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, KIB, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { chunksOf } from "../support/in-chunks.ts";
import { testPolicy } from "../support/indexed.ts";

const HOUR_MS = 60 * 60 * 1000;

/** With a quota for nothing, a sweep removes whatever is under no lease. Blobs that are spliced may be small. */
export const sweepingPolicy: LeasePolicy = { ...testPolicy, quotaBytes: 0, splicedBytes: 10 * KIB };

const SIZE = 30 * KIB;
const CHUNK_BYTES = 10 * KIB;
const OTHER_CHUNK_BYTES = 7 * KIB;

export interface SplicedOutputsUnderTest extends IndexedStores, AsyncDisposable {
  readonly clock: { advance(ms: number): void };
}

/** What the suite must know of the stores. */
export interface SplicedOutputsTraits {
  /** Stores for one test, empty, with `sweepingPolicy`. */
  readonly create: () => Promise<SplicedOutputsUnderTest>;
}

type Chunks = readonly TestBlob["digest"][];

interface SetUp {
  readonly test: SplicedOutputsUnderTest;
  /** The blobs, of which some were spliced. */
  readonly store: BlobStore;
}

const call = callFor();
const action = absentDigest(77);

/** Action results that refer to spliced blobs, in stores whose rows answer for one another. */
export function describeSplicedOutputs(name: string, traits: SplicedOutputsTraits): void {
  const setUp = async (): Promise<SetUp & AsyncDisposable> => {
    const test = await traits.create();
    const lists = new LeasedChunkLists(test.blobs, test.chunkLists, sweepingPolicy.splicedBytes);
    const dispose = async (): Promise<void> => await test[Symbol.asyncDispose]();
    return { test, store: splicedBlobs(test.blobs, lists), [Symbol.asyncDispose]: dispose };
  };

  describe(`${name}: an output that was spliced`, () => {
    it("makes a hit, whichever came first", async ({ expect }) => {
      for (const resultFirst of [true, false]) {
        await using of = await setUp();
        const output = await blobOf(SIZE);
        if (resultFirst) {
          await writeResult(of, output);
          expect(await isHit(of)).toBe(false);
          await splice(of, output);
        } else {
          await splice(of, output);
          await writeResult(of, output);
        }
        expect(await isHit(of)).toBe(true);
      }
    });

    it("stays for the lease after every hit, and goes when nobody asks any more", async ({
      expect,
    }) => {
      await using of = await setUp();
      const { clock } = of.test;
      const output = await blobOf(SIZE);
      await splice(of, output);
      await writeResult(of, output);
      // Long enough for every lease to be due several times.
      for (let round = 0; round < 20; round++) {
        expect(await isHit(of)).toBe(true);
        clock.advance(testPolicy.leaseMs - 1);
        await sweep(of);
        expect(await isReadable(of, output)).toBe(true);
      }
      clock.advance(3 * 24 * HOUR_MS);
      await sweep(of);
      expect(await isReadable(of, output)).toBe(false);
      expect(await isHit(of)).toBe(false);
    });

    it("is a miss once a chunk is gone, and a hit again when it is spliced anew", async ({
      expect,
    }) => {
      await using of = await setUp();
      const output = await blobOf(SIZE);
      const [first, ...others] = await splice(of, output);
      await writeResult(of, output);
      of.test.clock.advance(2 * 24 * HOUR_MS);
      await of.test.blobs.findMissing(others, call);
      await sweep(of);
      expect(await of.test.blobs.findMissing(others, call)).toEqual([]);
      expect(await of.store.findMissing([output.digest], call)).toEqual([output.digest]);
      expect(await of.store.get(output.digest, { offset: 0 }, call)).toBeUndefined();
      await writeResult(of, output);
      expect(await isHit(of)).toBe(false);

      const chunks = await splice(of, output, OTHER_CHUNK_BYTES);
      expect(chunks).not.toContainEqual(first);
      expect(await isHit(of)).toBe(true);
      expect(await isReadable(of, output)).toBe(true);
    });

    it("is one that lacks a chunk while its list is still there, until it is spliced anew", async ({
      expect,
    }) => {
      await using of = await setUp();
      const output = await blobOf(SIZE);
      const chunks = (await chunksOf(output, CHUNK_BYTES)).map(({ digest }) => digest);
      await putList(of, output, chunks);
      await writeResult(of, output);
      expect(await isHit(of)).toBe(false);
      await splice(of, output, OTHER_CHUNK_BYTES);
      expect(await isHit(of)).toBe(true);
    });

    it("stays as long as was promised when somebody splices it in another way", async ({
      expect,
    }) => {
      await using of = await setUp();
      const output = await blobOf(SIZE);
      const oldChunks = await putChunks(of, output, CHUNK_BYTES);
      // Late enough for the leases of these chunks to end sooner, and too early for them to be renewed.
      of.test.clock.advance(11 * HOUR_MS);
      await splice(of, output, OTHER_CHUNK_BYTES);
      await writeResult(of, output);
      await putList(of, output, oldChunks);
      of.test.clock.advance(18 * HOUR_MS);
      await sweep(of);
      expect(await isHit(of)).toBe(true);
      expect(await isReadable(of, output)).toBe(true);
    });

    it("is there no longer than its chunks, though somebody has spliced it in another way", async ({
      expect,
    }) => {
      await using of = await setUp();
      const output = await blobOf(SIZE);
      await splice(of, output);
      of.test.clock.advance(11 * HOUR_MS);
      await putList(of, output, await putChunks(of, output, OTHER_CHUNK_BYTES));
      of.test.clock.advance(18 * HOUR_MS);
      await sweep(of);
      expect(await of.store.findMissing([output.digest], call)).toEqual([output.digest]);
      await writeResult(of, output);
      expect(await isHit(of)).toBe(false);
    });

    it("may be there whole as well, and stays when that goes or comes", async ({ expect }) => {
      await using of = await setUp();
      const { blobs, clock } = of.test;
      const output = await blobOf(SIZE);
      await splice(of, output);
      await blobs.put(output.digest, bodyOf(output.bytes), call);
      await writeResult(of, output);
      expect(await isHit(of)).toBe(true);
      clock.advance(2 * 24 * HOUR_MS);
      await of.test.chunkLists.get(output.digest, call);
      await sweep(of);
      expect(await isReadable(of, output)).toBe(true);
      await writeResult(of, output);
      expect(await isHit(of)).toBe(true);
    });
  });
}

async function putChunks({ test }: SetUp, blob: TestBlob, chunkBytes: number): Promise<Chunks> {
  const parts = await chunksOf(blob, chunkBytes);
  for (const { digest, bytes } of parts) await test.blobs.put(digest, bodyOf(bytes), call);
  return parts.map(({ digest }) => digest);
}

async function splice(of: SetUp, blob: TestBlob, chunkBytes = CHUNK_BYTES): Promise<Chunks> {
  const chunks = await putChunks(of, blob, chunkBytes);
  await putList(of, blob, chunks);
  await of.store.findMissing([blob.digest], call);
  return chunks;
}

async function putList({ test }: SetUp, { digest }: TestBlob, chunks: Chunks): Promise<void> {
  await test.chunkLists.put(digest, { chunks, cutBy: "unknown" }, call);
}

async function writeResult({ test }: SetUp, { digest }: TestBlob): Promise<void> {
  await test.actions.put(action, { result: bytesOf(100), references: [digest] }, call);
}

async function isHit({ test }: SetUp): Promise<boolean> {
  return (await test.actions.get(action, call))?.completeness === "complete";
}

async function isReadable({ store }: SetUp, { digest, bytes }: TestBlob): Promise<boolean> {
  const source = await store.get(digest, { offset: 0 }, call);
  return source !== undefined && sameBytes(await readAll(source), bytes);
}

async function sweep({ test }: SetUp): Promise<void> {
  await test.sweeper.sweep({ maxRows: 1000, shards: [] }, call.signal);
}
