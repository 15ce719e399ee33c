import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { advertisedSizes } from "../../shared/services/blob-cutter.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { type Principal, readRights } from "../../shared/stores/call.ts";
import { sourceOf } from "../../shared/stores/source-of.ts";
import { untilAborted } from "../../shared/until-aborted.ts";
import { absentDigest, blobOf, type TestBlob } from "../support/blobs.ts";
import { bytesOf, concat, KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { crowdOut } from "../support/crowd-out.ts";
import { referenceLengths } from "../support/fast-cdc-reference.ts";
import { chunksOf, putInChunks } from "../support/in-chunks.ts";
import { CallCounter, overriding } from "../support/overriding.ts";

const LARGE = limits.splicedBytes + 500 * KIB;

const reader: Principal = {
  subject: "a reader",
  allowance: {},
  standingIn: () => ({ rights: readRights, inherits: [] }),
  hasThroughout: () => false,
};

async function keepLarge(cache: TestCache, seed = 1): Promise<TestBlob> {
  return await cache.keep(bytesOf(LARGE, seed));
}

/** The bytes of chunks of the memory store. */
async function bytesIn({ memory }: TestCache, chunks: readonly TestBlob["digest"][]) {
  const parts: Uint8Array[] = [];
  for (const chunk of chunks) {
    const source = await memory.get(chunk, { offset: 0 }, callFor());
    if (source === undefined) throw new Error("a chunk is absent");
    parts.push(await readAll(source));
  }
  return concat(parts);
}

describe("a blob that is split", () => {
  it("is cut as advertised, and stays", async ({ expect }) => {
    const cache = createCache();
    const { digest, bytes } = await keepLarge(cache);
    const { chunks, cutBy } = await cache.chunks.split(digest, callFor());
    expect(cutBy).toBe("fast-cdc-2020");
    expect(chunks.map(({ sizeBytes }) => sizeBytes)).toEqual(
      referenceLengths(bytes, advertisedSizes),
    );
    expect(sameBytes(await bytesIn(cache, chunks), bytes)).toBe(true);
    expect(await cache.memory.findMissing([digest], callFor())).toEqual([]);
  });

  it("is not cut for who may only read, since the chunks take room", async ({ expect }) => {
    const cache = createCache();
    const { digest } = await keepLarge(cache);
    const { usedBytes } = cache.memory;
    const reading = { ...callFor(), principal: reader };
    const refused = cache.chunks.split(digest, reading);
    await expect(refused).rejects.toMatchObject({ code: "not-found" });
    await expect(refused).rejects.toThrow("read it whole");
    expect(cache.memory.usedBytes).toBe(usedBytes);
    const known = await cache.chunks.split(digest, callFor());
    expect(await cache.chunks.split(digest, reading)).toMatchObject(known);
  });

  it("need not wait for others that are spliced", async ({ expect }) => {
    const part = await blobOf(limits.splicedBytes / 2, 7);
    const endless: BlobStore["get"] = async (_name, _range, { signal }) =>
      await untilAborted(Promise.withResolvers<undefined>().promise, signal);
    const cache = createCache({
      decorate: (base) =>
        overriding(base, {
          get: async (name, ...rest) => {
            const isPart = name.hash === part.digest.hash;
            return await (isPart ? endless(name, ...rest) : base.get(name, ...rest));
          },
        }),
    });
    await cache.keep(part.bytes);
    const { digest } = await keepLarge(cache);
    const { call, reason, abort } = abortableCall();
    const splices = Array.from({ length: limits.chunkings }, async (_, index) => {
      const whole = { ...absentDigest(100 + index), sizeBytes: limits.splicedBytes };
      const chunks = [part.digest, part.digest];
      await cache.chunks.splice(whole, { chunks, cutBy: "unknown" }, call);
    });
    const ends = Promise.allSettled(splices);
    expect((await cache.chunks.split(digest, callFor())).cutBy).toBe("fast-cdc-2020");
    abort();
    for (const end of await ends) expect(end).toMatchObject({ status: "rejected", reason });
  });

  it("is cut once", async ({ expect }) => {
    const counter = new CallCounter();
    const cache = createCache({ decorate: counter.decorate });
    const { digest } = await keepLarge(cache);
    const first = await cache.chunks.split(digest, callFor());
    const { gets, puts } = counter;
    expect(puts).toBe(new Set(first.chunks.map(({ hash }) => hash)).size);
    expect(await cache.chunks.split(digest, callFor())).toMatchObject(first);
    expect([counter.gets, counter.puts]).toEqual([gets, puts]);
  });

  it("is cut again where a chunk has gone", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const { digest, bytes } = await keepLarge(cache);
    const first = await cache.chunks.split(digest, callFor());
    await crowdOut(cache, [digest]);
    expect(await cache.memory.findMissing(first.chunks, callFor())).toEqual(first.chunks);
    const second = await cache.chunks.split(digest, callFor());
    expect(second).toEqual(first);
    expect(sameBytes(await bytesIn(cache, second.chunks), bytes)).toBe(true);
  });

  it("stays readable when the whole has gone, as long as its chunks do", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const { digest, bytes } = await keepLarge(cache);
    const { chunks } = await cache.chunks.split(digest, callFor());
    await crowdOut(cache, chunks);
    expect(await cache.memory.findMissing([digest], callFor())).toEqual([digest]);
    expect(await cache.store.findMissing([digest], callFor())).toEqual([]);
    const source = await cache.store.get(digest, { offset: 0 }, callFor());
    expect(source && sameBytes(await readAll(source), bytes)).toBe(true);
    expect((await cache.chunks.split(digest, callFor())).chunks).toEqual(chunks);
    await crowdOut(cache);
    expect(await cache.store.findMissing([digest], callFor())).toEqual([digest]);
    await expect(cache.chunks.split(digest, callFor())).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("stays for the lease, too, when its chunks are asked for again", async ({ expect }) => {
    const cache = createCache({ capacityBytes: 8 * MIB });
    const { digest } = await keepLarge(cache);
    await cache.chunks.split(digest, callFor());
    cache.clock.advance(limits.leaseMs - 1);
    await cache.chunks.split(digest, callFor());
    cache.clock.advance(limits.leaseMs - 1);
    await cache.keep(bytesOf(5 * MIB)).catch(() => undefined);
    expect(await cache.memory.findMissing([digest], callFor())).toEqual([]);
  });

  it("may be split by many at once", async ({ expect }) => {
    const cache = createCache();
    const { digest } = await keepLarge(cache);
    const splits = Array.from({ length: 20 }, () => cache.chunks.split(digest, callFor()));
    const [first, ...others] = await Promise.all(splits);
    for (const other of others) expect(other).toMatchObject(first ?? {});
  });

  it("is given in the chunks that somebody has spliced it from", async ({ expect }) => {
    const cache = createCache();
    const blob = await blobOf(LARGE);
    const parts = await chunksOf(blob, 300 * KIB);
    for (const { bytes } of parts) await cache.keep(bytes);
    const chunks = parts.map(({ digest }) => digest);
    await cache.chunks.splice(blob.digest, { chunks, cutBy: "unknown" }, callFor());
    const list = await cache.chunks.split(blob.digest, callFor());
    expect(list).toMatchObject({ chunks, cutBy: "unknown" });
  });
});

describe("what is not split", () => {
  it("is a blob that is absent, of whatever size", async ({ expect }) => {
    const { chunks } = createCache();
    for (const size of [1, limits.splicedBytes, limits.splitBytes + 1]) {
      const split = chunks.split(absentDigest(1, size), callFor());
      await expect(split).rejects.toMatchObject({ code: "not-found" });
    }
  });

  it("is a small blob, which is its only chunk", async ({ expect }) => {
    const cache = createCache();
    const small = await cache.keep(bytesOf(limits.splicedBytes - 1));
    const list = await cache.chunks.split(small.digest, callFor());
    expect(list).toEqual({ chunks: [small.digest], cutBy: "unknown" });
  });

  it("is a blob that is larger than is cut while its client waits", async ({ expect }) => {
    const cache = createCache({ splitBytes: LARGE - 1 });
    const whole = await keepLarge(cache);
    const split = cache.chunks.split(whole.digest, callFor());
    await expect(split).rejects.toThrow("read it whole");
    await expect(split).rejects.toMatchObject({ code: "not-found" });

    const spliced = await blobOf(LARGE, 2);
    const stores = { blobs: cache.memory, chunkLists: cache.chunkLists };
    const chunks = await putInChunks(stores, spliced, 300 * KIB, callFor());
    expect((await cache.chunks.split(spliced.digest, callFor())).chunks).toEqual(chunks);
  });

  it("is a blob whose stored bytes are damaged", async ({ expect }) => {
    const { digest, bytes } = await blobOf(LARGE);
    const damaged = (base: BlobStore): BlobStore =>
      overriding(base, {
        get: async () =>
          sourceOf(LARGE, async function* () {
            yield bytes.with(LARGE - 1, (bytes[LARGE - 1] ?? 0) ^ 1);
          }),
      });
    const cache = createCache({ decorate: damaged });
    const split = cache.chunks.split(digest, callFor());
    await expect(split).rejects.toMatchObject({ name: "StoreError", code: "corrupt" });
    expect(await cache.chunkLists.get(digest, callFor())).toBeUndefined();
  });

  it("is a blob for whose chunks there is no room", async ({ expect }) => {
    const cache = createCache({ capacityBytes: LARGE + MIB });
    const { digest } = await keepLarge(cache);
    const split = cache.chunks.split(digest, callFor());
    await expect(split).rejects.toMatchObject({ name: "StoreError", code: "exhausted" });
    expect(await cache.chunkLists.get(digest, callFor())).toBeUndefined();
    expect(await cache.memory.findMissing([digest], callFor())).toEqual([]);
  });

  it("is a blob whose client has gone", async ({ expect }) => {
    const { call, reason, abort } = abortableCall();
    const leaving = (base: BlobStore): BlobStore =>
      overriding(base, {
        put: async (...args) => {
          await base.put(...args);
          abort();
        },
      });
    const cache = createCache({ decorate: leaving });
    const { digest } = await keepLarge(cache);
    await expect(cache.chunks.split(digest, call)).rejects.toBe(reason);
    expect(await cache.chunkLists.get(digest, callFor())).toBeUndefined();
  });
});

describe("what a split holds in memory", () => {
  it("is a few chunks, however large the blob", async ({ expect }) => {
    let held = 0;
    let most = 0;
    const watched = (base: BlobStore): BlobStore =>
      overriding(base, {
        put: async (digest, body, call) => {
          held += digest.sizeBytes;
          most = Math.max(most, held);
          await base.put(digest, body, call);
          held -= digest.sizeBytes;
        },
      });
    const cache = createCache({ decorate: watched });
    const { digest } = await cache.keep(bytesOf(20 * MIB));
    await cache.chunks.split(digest, callFor());
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2 * advertisedSizes.maxBytes);
  });
});
