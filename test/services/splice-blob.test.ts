import { describe, it } from "vitest";
import { emptyDigest } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import { advertisedSizes } from "../../shared/services/blob-cutter.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkingFunction } from "../../shared/stores/chunk-list-store.ts";
import { isHit, writeResult } from "../support/action-results.ts";
import { absentDigest, blobFrom, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, concat, KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { crowdOut } from "../support/crowd-out.ts";
import { chunksOf } from "../support/in-chunks.ts";
import { overriding } from "../support/overriding.ts";
import { messageOf } from "../support/trees.ts";

const LARGE = limits.splicedBytes + 500 * KIB;

/** Stores the chunks of a blob. Their digests. */
async function keepChunks(cache: TestCache, blob: TestBlob, chunkBytes = 300 * KIB) {
  const chunks = await chunksOf(blob, chunkBytes);
  for (const { bytes } of chunks) await cache.keep(bytes);
  return chunks.map(({ digest }) => digest);
}

async function splice(
  cache: TestCache,
  { digest }: Pick<TestBlob, "digest">,
  chunks: readonly TestBlob["digest"][],
  cutBy: ChunkingFunction = "unknown",
): Promise<void> {
  await cache.chunks.splice(digest, { chunks, cutBy }, callFor());
}

async function holds({ store }: TestCache, { digest, bytes }: TestBlob): Promise<boolean> {
  const source = await store.get(digest, { offset: 0 }, callFor());
  return source !== undefined && sameBytes(await readAll(source), bytes);
}

async function isPresent({ store }: TestCache, { digest }: TestBlob): Promise<boolean> {
  return (await store.findMissing([digest], callFor())).length === 0;
}

describe("a large blob that is spliced", () => {
  it("is there, and takes no room beside its chunks", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(LARGE);
    const chunks = await keepChunks(cache, blob);
    const { usedBytes } = cache.memory;
    await splice(cache, blob, chunks);
    expect(cache.memory.usedBytes).toBe(usedBytes);
    expect(await isPresent(cache, blob)).toBe(true);
    expect(await holds(cache, blob)).toBe(true);
  });

  it("is there for other ways of asking", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(LARGE);
    await splice(cache, blob, await keepChunks(cache, blob));
    const call = callFor();
    const { sizeBytes: _, ...nameless } = blob.digest;
    expect(await cache.store.get(nameless, { offset: 0 }, call)).toMatchObject({
      sizeBytes: LARGE,
    });
    expect(await cache.uploads.isPresent(blob.digest, call)).toBe(true);
    const [read] = await cache.blobs.readBatch([blob.digest], call);
    expect(read && "data" in read && sameBytes(read.data, blob.bytes)).toBe(true);
    await writeResult(cache, { outputFiles: [{ path: "a", digest: messageOf(blob.digest) }] });
    expect(await isHit(cache)).toBe(true);
  });

  it("is gone when a chunk is, for everybody", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const blob = await blobOf(LARGE);
    const chunks = await keepChunks(cache, blob);
    await splice(cache, blob, chunks);
    await writeResult(cache, { outputFiles: [{ path: "a", digest: messageOf(blob.digest) }] });
    await crowdOut(cache, chunks.slice(1));
    expect(await cache.memory.findMissing(chunks, callFor())).toEqual(chunks.slice(0, 1));
    expect(await isPresent(cache, blob)).toBe(false);
    expect(await cache.store.get(blob.digest, { offset: 0 }, callFor())).toBeUndefined();
    expect(await isHit(cache)).toBe(false);

    await splice(cache, blob, await keepChunks(cache, blob, 200 * KIB));
    expect(await isHit(cache)).toBe(true);
    expect(await holds(cache, blob)).toBe(true);
  });

  it("stays for the lease, chunks and list, however full the cache is", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const blob = await blobOf(LARGE);
    await splice(cache, blob, await keepChunks(cache, blob));
    for (let round = 0; round < 5; round++) {
      cache.clock.advance(limits.leaseMs - 1);
      expect(await isPresent(cache, blob)).toBe(true);
      await cache.keep(bytesOf(4 * MIB, round)).catch(() => undefined);
      expect(await holds(cache, blob)).toBe(true);
    }
  });

  it("may be spliced by many at once, in different ways", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(LARGE);
    const ways = [await keepChunks(cache, blob, 200 * KIB), await keepChunks(cache, blob)];
    await Promise.all([...ways, ...ways, ...ways].map((chunks) => splice(cache, blob, chunks)));
    expect(await holds(cache, blob)).toBe(true);
  });

  it("may have chunks that were spliced themselves", async ({ expect }) => {
    const cache = createCache();
    const [head, middle] = [await blobOf(MIB, 1), await blobOf(LARGE, 2)];
    await cache.keep(head.bytes);
    const parts = await keepChunks(cache, middle);
    await splice(cache, middle, parts);
    const blob = await blobFrom(concat([head.bytes, middle.bytes, head.bytes]));
    await splice(cache, blob, [head.digest, middle.digest, head.digest], "fast-cdc-2020");
    expect(await holds(cache, blob)).toBe(true);
    expect(await cache.chunks.split(blob.digest, callFor())).toMatchObject({
      chunks: [head.digest, ...parts, head.digest],
      cutBy: "unknown",
    });
  });

  it("may not have too many chunks by way of chunks that were spliced themselves", async ({
    expect,
  }) => {
    const cache = createCache();
    const chunk = await cache.keep(bytesOf(256, 1));
    const count = Math.ceil(limits.splicedBytes / 256);
    const bytes = concat(Array.from({ length: count }, () => chunk.bytes));
    const inner = await blobFrom(bytes);
    await splice(
      cache,
      inner,
      Array.from({ length: count }, () => chunk.digest),
    );
    const outer = await blobFrom(concat([bytes, bytes, bytes, bytes]));
    const chunks = Array.from({ length: 4 }, () => inner.digest);
    await expect(splice(cache, outer, chunks)).rejects.toThrow("cut it into larger chunks");
  });

  it("may have chunks that are empty, which are forgotten", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(LARGE);
    const chunks = await keepChunks(cache, blob);
    const empty = emptyDigest("sha256");
    await splice(cache, blob, [empty, ...chunks.flatMap((chunk) => [chunk, empty])]);
    expect(await holds(cache, blob)).toBe(true);
    expect((await cache.chunks.split(blob.digest, callFor())).chunks).toEqual(chunks);
  });
});

describe("what a client says of how it has cut", () => {
  const { minBytes, maxBytes } = advertisedSizes;

  it.for([
    { sizes: [minBytes, maxBytes, 1], believed: true },
    { sizes: [maxBytes, minBytes, minBytes], believed: true },
    { sizes: [minBytes - 1, maxBytes, minBytes], believed: false },
    { sizes: [minBytes, maxBytes + 1], believed: false },
  ])("is believed of sizes that fit: $believed", async ({ sizes, believed }, { expect }) => {
    const cache = createCache();
    const chunks = await Promise.all(sizes.map((size, index) => blobOf(size, index + 1)));
    for (const { bytes } of chunks) await cache.keep(bytes);
    const blob = await blobFrom(concat(chunks.map(({ bytes }) => bytes)));
    const digests = chunks.map(({ digest }) => digest);
    await splice(cache, blob, digests, "fast-cdc-2020");
    const { cutBy } = await cache.chunks.split(blob.digest, callFor());
    expect(cutBy).toBe(believed ? "fast-cdc-2020" : "unknown");
  });
});

describe("a small blob that is spliced", () => {
  it("is stored whole, and outlives its chunks", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const blob = await blobOf(limits.splicedBytes - 1);
    const chunks = await keepChunks(cache, blob);
    await splice(cache, blob, chunks);
    expect(await cache.memory.findMissing([blob.digest], callFor())).toEqual([]);
    expect(await cache.chunkLists.get(blob.digest, callFor())).toBeUndefined();
    await crowdOut(cache, [blob.digest]);
    expect(await cache.memory.findMissing(chunks, callFor())).toEqual(chunks);
    expect(await holds(cache, blob)).toBe(true);
  });
});

describe("what is not spliced", () => {
  it.for([1000, LARGE])("is a blob of %i bytes that has others", async (size, { expect }) => {
    const cache = createCache();
    const [blob, other] = [await blobOf(size, 1), await blobOf(size, 2)];
    const chunks = await keepChunks(cache, blob);
    await expect(splice(cache, other, chunks)).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [{ field: "blob_digest" }],
    });
    expect(await isPresent(cache, other)).toBe(false);
    expect(await cache.chunkLists.get(other.digest, callFor())).toBeUndefined();
  });

  it("is a blob of another size than its chunks have, which are not read", async ({ expect }) => {
    let gets = 0;
    const counted = (base: BlobStore): BlobStore =>
      overriding(base, { get: (...args) => ((gets += 1), base.get(...args)) });
    const cache = createCache({ decorate: counted });
    const blob = await blobOf(LARGE);
    const chunks = await keepChunks(cache, blob);
    for (const wrong of [chunks.slice(1), [...chunks, ...chunks.slice(0, 1)], []]) {
      await expect(splice(cache, blob, wrong)).rejects.toMatchObject({
        violations: [{ field: "chunk_digests" }],
      });
    }
    expect(gets).toBe(0);
  });

  it("is a blob of more chunks than an answer can name", async ({ expect }) => {
    const cache = createCache();
    const chunk = await cache.keep(bytesOf(1));
    const digest = absentDigest(1, limits.chunksPerBlob + 1);
    const chunks = Array.from({ length: limits.chunksPerBlob + 1 }, () => chunk.digest);
    await expect(splice(cache, { digest }, chunks)).rejects.toThrow("cut it into larger chunks");
  });

  it("is a blob that lacks chunks, some of which are named", async ({ expect }) => {
    const cache = createCache();
    const chunks = Array.from({ length: 100 }, (_, index) => absentDigest(index, 100 * KIB));
    const digest = absentDigest(1, 200 * 100 * KIB);
    const failure = splice(cache, { digest }, [...chunks, ...chunks]);
    await expect(failure).rejects.toThrow("100 chunks are not in the cache");
    await expect(failure).rejects.toMatchObject({
      code: "not-found",
      names: chunks
        .slice(0, limits.namedAbsences)
        .map(({ hash, sizeBytes }) => `blobs/${hash}/${sizeBytes}`),
    });
  });

  it("is a blob that is there, where the chunks are not: so its client is told", async ({
    expect,
  }) => {
    const cache = createCache();
    const blob = await cache.keep(bytesOf(LARGE));
    const chunks = (await chunksOf(blob, MIB)).map(({ digest }) => digest);
    await expect(splice(cache, blob, chunks)).rejects.toMatchObject({ code: "already-exists" });
    await keepChunks(cache, blob, MIB);
    await splice(cache, blob, chunks);
    expect(await cache.chunkLists.get(blob.digest, callFor())).toBeUndefined();
  });

  it("is a blob above the largest", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 3 * MIB });
    const { bytes, digest } = await cache.keep(bytesOf(MIB));
    const blob = await blobFrom(concat([bytes, bytes, bytes, bytes]));
    const spliced = splice(cache, blob, [digest, digest, digest, digest]);
    await expect(spliced).rejects.toMatchObject({
      violations: [{ field: "digest.size_bytes" }],
    });
    expect(await isPresent(cache, blob)).toBe(false);
  });

  it("is a blob whose client has gone", async ({ expect }) => {
    const { call, reason, abort } = abortableCall();
    const leaving = (base: BlobStore): BlobStore =>
      overriding(base, {
        get: async (...args) => {
          const source = await base.get(...args);
          abort();
          return source;
        },
      });
    const cache = createCache({ decorate: leaving });
    const blob = await blobOf(LARGE);
    const chunks = await keepChunks(cache, blob);
    const spliced = cache.chunks.splice(blob.digest, { chunks, cutBy: "unknown" }, call);
    await expect(spliced).rejects.toBe(reason);
    expect(await isPresent(cache, blob)).toBe(false);
  });

  it("is a blob whose chunk goes while it is read", async ({ expect }) => {
    const blob = await blobOf(LARGE);
    const [first] = await chunksOf(blob, 300 * KIB);
    const forgetful = (base: BlobStore): BlobStore =>
      overriding(base, {
        get: async (name, ...rest) =>
          name.hash === first?.digest.hash ? undefined : await base.get(name, ...rest),
      });
    const cache = createCache({ decorate: forgetful });
    const chunks = await keepChunks(cache, blob);
    await expect(splice(cache, blob, chunks)).rejects.toMatchObject({ code: "unavailable" });
  });
});
