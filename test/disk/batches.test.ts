import { describe, expect, it } from "vitest";
import { giveBack, isLent, lendAs, MemoryPool } from "../../shared/bytes/memory-pool.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { BatchEntry, BlobTrouble } from "../../shared/stores/blob-store.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { KIB, sameBytes } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { webHashers } from "../support/web-hashers.ts";
import { findIn } from "./find-in.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

const COUNT = 60;

async function filled(count = COUNT): Promise<{ store: WatchedStore; blobs: readonly TestBlob[] }> {
  const store = await WatchedStore.open({ blockBytes: 1024 * KIB });
  const blobs = await Promise.all(
    Array.from({ length: COUNT }, async (_, seed) => await blobOf(2000 + seed, seed + 1)),
  );
  for (const blob of blobs.slice(0, count)) await store.put(blob);
  return { store, blobs };
}

async function batchOf(
  { blobs: store }: WatchedStore,
  blobs: readonly TestBlob[],
): Promise<readonly BatchEntry[]> {
  const digests = blobs.map(({ digest }) => digest);
  return await store.getBatch(digests, callFor());
}

async function keep(
  { blobs: store }: WatchedStore,
  blobs: readonly TestBlob[],
): Promise<readonly (BlobTrouble | undefined)[]> {
  const whole = blobs.map(({ digest, bytes }) => ({ digest, data: bytes.slice() }));
  return await store.putBatch(whole, callFor());
}

/** The positions of blobs that are not given as they should be. */
function amiss(entries: readonly BatchEntry[], blobs: readonly TestBlob[]): readonly number[] {
  return blobs.flatMap(({ bytes }, index) => {
    const entry = entries[index];
    return entry && "data" in entry && sameBytes(entry.data, bytes) ? [] : [index];
  });
}

describe("a batch of blobs that came together", () => {
  it("takes a few reads, however many they are", async () => {
    const { store, blobs } = await filled();
    let reads = 0;
    store.blockDevice.beforeRead = () => void (reads += 1);
    for (let round = 1; round <= 2; round++) {
      expect(amiss(await batchOf(store, blobs.toReversed()), blobs.toReversed())).toEqual([]);
    }
    expect(reads).toBeLessThanOrEqual(2 * store.geometry.newBlocks);
  });

  it("is checked by one checksum for many of them, once all were right", async () => {
    const { store: watched, blobs } = await filled();
    let checksums = 0;
    const checksum = (bytes: Uint8Array): number => {
      checksums += 1;
      return webHashers.checksum(bytes);
    };
    const { store } = watched.open;
    const hashers = { ...webHashers, checksum };
    const reader = new DiskBlobStore({ store, hashers, now: () => watched.clock.now() });
    const digests = blobs.map(({ digest }) => digest);
    for (let time = 1; time <= 3; time++) {
      checksums = 0;
      expect(amiss(await reader.getBatch(digests, callFor()), blobs)).toEqual([]);
    }
    expect(checksums).toBeLessThan(COUNT / 5);
  });

  it.for([0, 1, 2, 3])(
    "loses the one that is damaged, and that alone, read %i times before",
    async (times) => {
      const { store, blobs } = await filled();
      for (let time = 0; time < times; time++) await batchOf(store, blobs);
      const { bytes } = store.blockDevice;
      const place = findIn(bytes, blobs[7]?.bytes ?? fail());
      bytes[place + 1000] = (bytes[place + 1000] ?? 0) ^ 4;
      const entries = await batchOf(store, blobs);
      expect(amiss(entries, blobs)).toEqual([7]);
      expect(entries[7]).toBeUndefined();
      expect(store.open.store.corruptEntries).toBe(1);
      expect(await store.isMissing(blobs[7] ?? fail())).toBe(true);
    },
  );

  it("loses it for all who read at once, too", async () => {
    const { store, blobs } = await filled();
    await batchOf(store, blobs);
    const { bytes } = store.blockDevice;
    const place = findIn(bytes, blobs[7]?.bytes ?? fail());
    bytes[place + 1000] = (bytes[place + 1000] ?? 0) ^ 4;
    const reads = Array.from({ length: 4 }, async () => await batchOf(store, blobs));
    for (const entries of await Promise.all(reads)) {
      expect(amiss(entries, blobs)).toEqual([7]);
      expect(entries[7]).toBeUndefined();
    }
  });

  it("finds what was damaged before those around it were read", async () => {
    const { store, blobs } = await filled();
    const { bytes } = store.blockDevice;
    const place = findIn(bytes, blobs[30]?.bytes ?? fail());
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    const others = blobs.toSpliced(30, 1);
    for (let time = 0; time < 3; time++) {
      expect(amiss(await batchOf(store, others), others)).toEqual([]);
    }
    const entries = await batchOf(store, blobs);
    expect(amiss(entries, blobs)).toEqual([30]);
    expect(entries[30]).toBeUndefined();
  });

  it.for(["corrupt", "unavailable"] as const)(
    "gives those that can be read where one is %s",
    async (code) => {
      const { store, blobs } = await filled();
      const place = findIn(store.blockDevice.bytes, blobs[7]?.bytes ?? fail());
      store.blockDevice.beforeRead = (offset, length) => {
        if (offset <= place && offset + length > place) throw new StoreError(code, "as planned");
      };
      const entries = await batchOf(store, blobs);
      expect(amiss(entries, blobs)).toEqual([7]);
      const entry = { corrupt: undefined, unavailable: { error: { code } } }[code];
      expect([entries[7]]).toMatchObject([entry]);
      expect(await store.isMissing(blobs[7] ?? fail())).toBe(code === "corrupt");
    },
  );

  it("ends with its call, and then reads no more", async () => {
    const store = await WatchedStore.open({ blockBytes: 1024 * KIB });
    const blobs = await Promise.all(
      Array.from({ length: 100 }, async (_, seed) => await blobOf(10_000, seed + 1)),
    );
    for (const blob of blobs) await store.put(blob);
    // Of every other one, so that each takes a read of its own.
    const digests = blobs.filter((_, index) => index % 14 < 7).map(({ digest }) => digest);
    const { call, reason, abort } = abortableCall();
    let reads = 0;
    store.blockDevice.beforeRead = () => {
      reads += 1;
      abort();
    };
    await expect(store.blobs.getBatch(digests, call)).rejects.toBe(reason);
    const before = reads;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reads).toBe(before);
    expect(reads).toBeLessThanOrEqual(2);
  });

  it("looks each up once, there or not", async () => {
    const { store, blobs } = await filled(30);
    const { lookups } = store.open.map.counts;
    const entries = await batchOf(store, blobs);
    expect(entries.filter((entry) => entry === undefined)).toHaveLength(COUNT - 30);
    expect(store.open.map.counts.lookups - lookups).toBe(COUNT);
  });

  it("leases all of them", async () => {
    const { store, blobs } = await filled();
    const before = store.changes;
    store.clock.advance(30_000);
    await batchOf(store, blobs);
    expect(store.changes).toBeGreaterThan(before);
  });

  it("lends memory that comes back once all of it was given back", async () => {
    const { store, blobs } = await filled();
    const entries = await batchOf(store, blobs);
    // What is read alone is too little to be lent.
    const lent = entries.flatMap((entry) =>
      entry && "data" in entry && isLent(entry.data) ? [entry.data] : [],
    );
    const [kept, ...others] = lent;
    const content = kept?.slice();
    for (const piece of others) giveBack(piece);
    const again = await batchOf(store, blobs);
    expect(amiss(again, blobs)).toEqual([]);
    const buffers = again.map((entry) => entry && "data" in entry && entry.data.buffer);
    expect(others.some(({ buffer }) => buffers.includes(buffer))).toBe(true);
    expect(buffers).not.toContain(kept?.buffer);
    expect(kept).toEqual(content);
  });
});

describe("a batch of new blobs", () => {
  it("takes a few writes, and none for what is there", async () => {
    const { store, blobs } = await filled(0);
    const { writes } = store.blockDevice;
    expect(await keep(store, blobs)).toEqual(blobs.map(() => undefined));
    const used = store.blockDevice.writes - writes;
    expect(used).toBeLessThanOrEqual(2 * store.geometry.newBlocks);
    expect(await keep(store, blobs)).toEqual(blobs.map(() => undefined));
    expect(store.blockDevice.writes - writes).toBe(used);
    expect(amiss(await batchOf(store, blobs), blobs)).toEqual([]);
  });

  it("fails for those that could not be written, which may come again", async () => {
    const { store, blobs } = await filled(0);
    let writes = 0;
    store.blockDevice.beforeWrite = () => {
      if (writes++ === 0) throw new StoreError("unavailable", "as planned");
    };
    const outcomes = await keep(store, blobs);
    const failed = blobs.filter((_, index) => outcomes[index] !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(blobs.length);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toMatchObject(
      failed.map(() => ({ error: { code: "unavailable" } })),
    );
    for (const blob of failed) expect(await store.isMissing(blob)).toBe(true);
    expect(await keep(store, blobs)).toEqual(blobs.map(() => undefined));
    // Nothing is left under way that a checkpoint would wait for.
    await store.open.checkpoints.run();
    await store.reopen();
    expect(amiss(await batchOf(store, blobs), blobs)).toEqual([]);
  });

  it("gives the memory of those back that are there, once they are written", async () => {
    const { store, blobs } = await filled(0);
    const pool = new MemoryPool(256 * KIB);
    const memory = pool.take(blobs.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
    let end = 0;
    const whole = blobs.map(({ digest, bytes }) => {
      const data = memory.subarray(end, (end += bytes.byteLength));
      data.set(bytes);
      return { digest, data };
    });
    lendAs(
      memory,
      whole.map(({ data }) => data),
    );
    let writes = 0;
    store.blockDevice.beforeWrite = () => {
      expect(pool.freeBytes).toBe(0);
      if (writes++ === 0) throw new StoreError("unavailable", "as planned");
    };
    const outcomes = await store.blobs.putBatch(whole, callFor());
    const failed = whole.filter((_, index) => outcomes[index] !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(pool.freeBytes).toBe(0);
    for (const { data } of failed) giveBack(data);
    expect(pool.freeBytes).toBe(256 * KIB);
  });

  it("does not wait for room while it keeps others from making it", async () => {
    const store = await WatchedStore.open();
    for (let round = 0; round < 40; round++) {
      store.clock.advance(leaseMs + 1);
      const blobs = await Promise.all(
        Array.from({ length: 40 }, async (_, i) => await blobOf(1500, round * 40 + i)),
      );
      expect(await keep(store, blobs)).toEqual(blobs.map(() => undefined));
      expect(amiss(await batchOf(store, blobs), blobs)).toEqual([]);
    }
    expect(store.open.ring.isLive(1)).toBe(false);
  });

  it("changes the map's device in long runs", async () => {
    const store = await WatchedStore.open({ slots: 64 * 100, blockBytes: 1024 * KIB });
    const blobs = await Promise.all(
      Array.from({ length: 3000 }, async (_, seed) => await blobOf(60, seed)),
    );
    await keep(store, blobs);
    const { writes } = store.mapDevice;
    await store.open.checkpoints.run();
    expect(store.mapDevice.writes - writes).toBeLessThan(10);
    await store.open.checkpoints.run();
    await store.reopen();
    expect(amiss(await batchOf(store, blobs), blobs)).toEqual([]);
  });
});

function fail(): never {
  throw new Error("there is no such blob");
}
