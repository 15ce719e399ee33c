import { describe, expect, it } from "vitest";
import { giveBack, isLent } from "../../shared/bytes/memory-pool.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { BatchEntry } from "../../shared/stores/blob-store.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { KIB, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { findIn } from "./find-in.ts";
import { WatchedStore } from "./watched-store.ts";

const COUNT = 60;

async function filled(): Promise<{ store: WatchedStore; blobs: readonly TestBlob[] }> {
  const store = await WatchedStore.open({ blockBytes: 1024 * KIB });
  const blobs = await Promise.all(
    Array.from({ length: COUNT }, async (_, seed) => await blobOf(2000 + seed, seed + 1)),
  );
  for (const blob of blobs) await store.put(blob);
  return { store, blobs };
}

async function batchOf(
  { blobs: store }: WatchedStore,
  blobs: readonly TestBlob[],
): Promise<readonly BatchEntry[]> {
  const digests = blobs.map(({ digest }) => digest);
  return await store.getBatch(digests, callFor());
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

  it.for([false, true])(
    "loses the one that is damaged, and that alone, read before: %o",
    async (isReadBefore) => {
      const { store, blobs } = await filled();
      if (isReadBefore) await batchOf(store, blobs);
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

function fail(): never {
  throw new Error("there is no such blob");
}
