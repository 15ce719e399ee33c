import { describe, it, vi } from "vitest";
import { MemoryBlobCache } from "../support/memory-blob-cache.ts";
import { MemoryBlobIndex } from "../support/memory-blob-index.ts";
import { MemoryObjectStore } from "../support/memory-object-store.ts";
import { iterate } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import type { BlobCache } from "../../shared/stores/blob-cache.ts";
import type { BlobSource, BlobStore } from "../../shared/stores/blob-store.ts";
import { behindEdge, edgeCached } from "../../shared/stores/decorators/edge-cached.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { sourceOf } from "../../shared/stores/source-of.ts";
import { failingBody } from "../support/bodies.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { KIB, MIB, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { countedIndex } from "../support/counted-index.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { overriding } from "../support/overriding.ts";
import { runLengthCodec } from "../support/run-length-codec.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeBlobCache } from "./blob-cache.contract.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { holds, put } from "./blob-store/under-test.ts";

const smallBytes = testPolicy.inlineBytes;
const whole = { offset: 0 };

interface Options {
  /** What is between the decorator and its cache. */
  readonly cached?: (cache: BlobCache) => BlobCache;
  /** What is between the decorator and its store. */
  readonly stored?: (store: BlobStore) => BlobStore;
  /** Whether the store keeps objects encoded. */
  readonly encodes?: boolean;
}

/** An indexed store behind an edge cache, and what requests to it cost. */
function create({
  cached = (cache) => cache,
  stored = (store) => store,
  encodes = false,
}: Options = {}) {
  const index = countedIndex(new MemoryBlobIndex());
  const objects = countedObjects(new MemoryObjectStore({ hashers: webHashers }));
  // With a quota of nothing, a sweep removes whatever no lease holds.
  const policy = behindEdge({ ...testPolicy, quotaBytes: 0 });
  const compression = { codec: runLengthCodec, ...(encodes ? { minSaving: -1 } : {}) };
  const parts = indexedParts({ index, objects, policy, compression });
  const { blobs, sweeper } = createIndexedStores(parts);
  const { clock } = parts;
  const background: Promise<void>[] = [];
  const store = edgeCached(stored(blobs), {
    cache: cached(new MemoryBlobCache(clock)),
    clock,
    background: (work) => void background.push(work),
    smallBytes,
  });
  /** The requests that it took to read the blob, which has to be there. */
  const costOf = async (blob: TestBlob, instance = ""): Promise<readonly [number, number]> => {
    index.reset();
    objects.reset();
    if (!(await holds(store, blob, callFor(instance)))) throw new Error("a miss");
    await Promise.all(background);
    return [index.counts.roundTrips, objects.counts.gets];
  };
  return { store, clock, sweeper, costOf, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** The same cache, with some of it broken. */
function broken(cache: BlobCache, methods: Partial<BlobCache>): BlobCache {
  return {
    get: async (...args) => await cache.get(...args),
    fill: (...args) => cache.fill(...args),
    drop: async (...args) => await cache.drop(...args),
    ...methods,
  };
}

describeBlobCache("memory", { create: (clock) => Promise.resolve(new MemoryBlobCache(clock)) });

describeBlobStore("edgeCached around an indexed store", {
  create: () => Promise.resolve(create()),
  leaseMs: testPolicy.leaseMs,
  boundaries: [smallBytes, MIB],
});

describe("reads through an edge cache", () => {
  it("ask the store once, and then no more", async ({ expect }) => {
    const { store, costOf } = create();
    const blob = await blobOf(300 * KIB);
    await put(store, blob);
    expect(await costOf(blob)).toEqual([1, 1]);
    expect(await costOf(blob)).toEqual([0, 0]);
    const { sizeBytes: _, ...sizeless } = blob.digest;
    expect(await holds(store, { ...blob, digest: sizeless as TestBlob["digest"] })).toBe(true);
    expect(await costOf(blob)).toEqual([0, 0]);
  });

  it("leave small blobs to the store, which has them in its rows", async ({ expect }) => {
    const { store, costOf } = create();
    const [small, larger] = [await blobOf(smallBytes), await blobOf(smallBytes + 1)];
    for (const blob of [small, larger]) await put(store, blob);
    for (const wanted of [1, 1]) expect((await costOf(small))[0]).toBe(wanted);
    for (const wanted of [1, 0]) expect((await costOf(larger))[0]).toBe(wanted);
  });

  it("may take a blob as it is kept, past the cache, which is filled by those who do not", async ({
    expect,
  }) => {
    const { store, costOf } = create({ encodes: true });
    const blob = await blobOf(300 * KIB);
    await put(store, blob);
    for (const take of [1, 2]) {
      const source = await store.get(blob.digest, whole, callFor());
      const encoded = await readAll(source?.encoded ?? iterate([]));
      const decoded = runLengthCodec.decode(iterate([encoded]), blob.digest.sizeBytes);
      expect([take, sameBytes(await readAll(decoded), blob.bytes)]).toEqual([take, true]);
    }
    expect(await costOf(blob)).toEqual([1, 1]);
    expect(await costOf(blob)).toEqual([0, 0]);
    expect((await store.get(blob.digest, whole, callFor()))?.encoded).toBeUndefined();
  });

  it("keep none that is larger than one entry may be", async ({ expect }) => {
    const { store, costOf } = create();
    const large = await blobOf(limits.edgeBlobBytes + 1);
    await put(store, large);
    for (const wanted of [1, 1]) expect((await costOf(large))[0]).toBe(wanted);
  });

  it("give parts from whole blobs, and keep no parts", async ({ expect }) => {
    const { store, costOf } = create();
    const blob = await blobOf(300 * KIB);
    await put(store, blob);
    const range = { offset: 1000, length: 5000 };
    const readPart = async (): Promise<Uint8Array | undefined> => {
      const source = await store.get(blob.digest, range, callFor());
      return source && (await readAll(source));
    };
    const part = blob.bytes.slice(1000, 6000);
    expect(await readPart()).toEqual(part);
    expect(await costOf(blob)).toEqual([1, 1]);
    expect(await readPart()).toEqual(part);
    expect(await costOf(blob)).toEqual([0, 0]);
  });

  it("tell instances apart, and sizes that a hash does not have", async ({ expect }) => {
    const { store, costOf } = create();
    const blob = await blobOf(300 * KIB);
    await put(store, blob, callFor("main"));
    await costOf(blob, "main");
    expect(await store.get(blob.digest, whole, callFor())).toBeUndefined();
    expect(await store.get(blob.digest, whole, callFor("main/pr"))).toBeUndefined();
    const wrong = { ...blob.digest, sizeBytes: blob.digest.sizeBytes + 1 };
    expect(await store.get(wrong, whole, callFor("main"))).toBeUndefined();
    expect(await costOf(blob, "main")).toEqual([0, 0]);
  });

  it("promise a lease, even from the last moment of an entry", async ({ expect }) => {
    const { store, clock, sweeper, costOf } = create();
    const blob = await blobOf(300 * KIB);
    await put(store, blob);
    await costOf(blob);
    // The lease that the upload gave is as short as it can be without being due, when the next entry is made.
    clock.advance(testPolicy.renewEveryMs);
    expect(await costOf(blob)).toEqual([1, 1]);
    clock.advance(limits.edgeAgeMs);
    expect(await costOf(blob)).toEqual([0, 0]);
    clock.advance(testPolicy.leaseMs);
    const bounds = { maxRows: 100, shards: [] };
    expect((await sweeper.sweep(bounds, callFor().signal)).removedRows).toBe(0);
    clock.advance(testPolicy.requestDelayMs + 2 * testPolicy.clockSkewMs + 1);
    expect((await sweeper.sweep(bounds, callFor().signal)).removedRows).toBe(1);
  });

  it("ask the store again when an entry is too old", async ({ expect }) => {
    const { store, clock, costOf } = create();
    const blob = await blobOf(300 * KIB);
    await put(store, blob);
    await costOf(blob);
    clock.advance(limits.edgeAgeMs + 1);
    expect(await costOf(blob)).toEqual([1, 1]);
    expect(await costOf(blob)).toEqual([0, 0]);
  });
});

describe("reads that fill an edge cache", () => {
  it("leave nothing there when they are left", async ({ expect }) => {
    const { store, costOf } = create();
    const blob = await blobOf(3 * MIB);
    await put(store, blob);
    for await (const _ of (await store.get(blob.digest, whole, callFor())) ?? []) break;
    await (await store.get(blob.digest, whole, callFor()))?.[Symbol.asyncDispose]();
    expect(await costOf(blob)).toEqual([1, 1]);
  });

  it("leave nothing there when the store breaks off, and say so", async ({ expect }) => {
    const failure = new Error("the bucket broke off");
    let isBroken = true;
    const blob = await blobOf(3 * MIB);
    const { store, costOf } = create({
      stored: (base) =>
        overriding(base, {
          get: async (...args) => {
            const half = blob.bytes.subarray(0, MIB);
            if (isBroken) return sourceOf(3 * MIB, () => failingBody(half, failure));
            return await base.get(...args);
          },
        }),
    });
    await put(store, blob);
    const source = await store.get(blob.digest, whole, callFor());
    await expect(readAll(source ?? failingBody(blob.bytes, failure))).rejects.toBe(failure);
    isBroken = false;
    expect(await costOf(blob)).toEqual([1, 1]);
    expect(await costOf(blob)).toEqual([0, 0]);
  });

  it.for([
    {
      name: "answers with an error",
      broke: (cache) => broken(cache, { get: () => Promise.reject(new Error("no cache")) }),
    },
    {
      name: "takes nothing",
      broke: (cache) =>
        broken(cache, { fill: () => streamThat(() => Promise.reject(new Error("full"))) }),
    },
    {
      name: "breaks off at the end",
      broke: (cache) =>
        broken(cache, {
          fill: () => new WritableStream({ close: () => Promise.reject(new Error("full")) }),
        }),
    },
  ] satisfies { name: string; broke: NonNullable<Options["cached"]> }[])(
    "get the blob all the same from a store whose cache $name",
    async ({ broke }, { expect }) => {
      const { store, costOf } = create({ cached: broke });
      const blob = await blobOf(3 * MIB);
      await put(store, blob);
      for (const wanted of [1, 1]) expect((await costOf(blob))[1]).toBe(wanted);
    },
  );

  it.for([
    { ends: "early", fail: undefined },
    { ends: "with an error", fail: new Error("the cache broke off") },
  ])(
    "get what is left from the store where an entry ends $ends, and the entry goes",
    async ({ fail }, { expect }) => {
      let isCut = true;
      const { store, costOf } = create({
        cached: (cache) =>
          broken(cache, {
            get: async (key, range, signal) => {
              const source = await cache.get(key, range, signal);
              if (source === undefined || !isCut) return source;
              return sourceOf(source.sizeBytes, () => firstHalf(source, fail));
            },
          }),
      });
      const blob = await blobOf(3 * MIB);
      await put(store, blob);
      expect(await costOf(blob)).toEqual([1, 1]);
      const range = { offset: MIB, length: MIB + 5 };
      const part = await store.get(blob.digest, range, callFor());
      const wanted = blob.bytes.subarray(MIB, 2 * MIB + 5);
      expect(part && sameBytes(await readAll(part), wanted)).toBe(true);
      isCut = false;
      expect(await costOf(blob)).toEqual([1, 1]);
      isCut = true;
      expect(await costOf(blob)).toEqual([1, 1]);
      isCut = false;
      for (const wantedCost of [1, 0]) expect((await costOf(blob))[1]).toBe(wantedCost);
    },
  );

  it("do not wait long for a cache that hangs", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const hung = Promise.withResolvers<void>();
      const never = async (): Promise<void> => {
        hung.resolve();
        await new Promise(() => undefined);
      };
      const { store } = create({
        cached: (cache) => broken(cache, { fill: () => streamThat(never) }),
      });
      const blob = await blobOf(3 * MIB);
      await put(store, blob);
      const read = holds(store, blob);
      await hung.promise;
      await vi.advanceTimersByTimeAsync(limits.edgePatienceMs);
      expect(await read).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

async function* firstHalf(
  source: BlobSource,
  fail: Error | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = await readAll(source);
  yield bytes.subarray(0, Math.floor(bytes.byteLength / 2));
  if (fail !== undefined) throw fail;
}

function streamThat(write: () => Promise<void>): WritableStream<Uint8Array> {
  return new WritableStream({ write });
}
