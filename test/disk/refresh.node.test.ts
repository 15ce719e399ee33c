import { describe, expect, it } from "vitest";
import { allDigestFunctions } from "../../shared/digest/digest-function.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { concat, KIB, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

/** Uploads others until what the first blocks hold is old. */
async function age(store: WatchedStore, seed = 1000): Promise<void> {
  const { newBlocks, blockBytes } = store.geometry;
  for (let i = 0; !store.open.ring.isOld(newBlocks); i++) {
    await store.put(await blobOf(Math.floor(blockBytes * 0.9), seed + i));
  }
}

/** Uploads others until the first blocks are given up. */
async function giveUp(store: WatchedStore, seed = 2000): Promise<void> {
  const { newBlocks, blockBytes } = store.geometry;
  for (let i = 0; store.open.ring.isLive(newBlocks); i++) {
    await store.put(await blobOf(Math.floor(blockBytes * 0.9), seed + i));
  }
}

async function openWith(blobs: readonly TestBlob[], blockBytes = 64 * KIB): Promise<WatchedStore> {
  const store = await WatchedStore.open({ blockBytes });
  for (const blob of blobs) await store.put(blob);
  await age(store);
  return store;
}

describe("a blob in an old block", () => {
  it("is copied once, however many ask for it at once", async () => {
    const blob = await blobOf(40_000);
    const store = await openWith([blob]);
    const before = store.blockDevice.writtenBytes;
    await Promise.all([
      ...Array.from({ length: 50 }, async () => await store.isMissing(blob)),
      ...Array.from({ length: 50 }, async () => await store.read(blob)),
      ...Array.from({ length: 50 }, async () => await store.put(blob)),
    ]);
    await expect.poll(() => store.blockDevice.writtenBytes - before).toBeGreaterThan(0);
    await Promise.all([store.read(blob), store.isMissing(blob), store.put(blob)]);
    expect(store.blockDevice.writtenBytes - before).toBe(blob.bytes.byteLength);
    expect(store.open.store.refreshed).toEqual({ entries: 1, bytes: blob.bytes.byteLength });
  });

  it("is there for the lease after it was asked for, with all others of its block", async () => {
    const blobs = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => await blobOf(1 + i * 300, i)),
    );
    const store = await openWith([await blobOf(0), ...blobs]);
    store.clock.advance(leaseMs + 1);
    for (const blob of blobs) expect(await store.isMissing(blob)).toBe(false);
    await giveUp(store);
    for (const blob of blobs) {
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    }
  });

  it.for(allDigestFunctions)(
    "is copied, too, of %s and asked for without its size",
    async (name) => {
      const blob = await blobOf(3000, 1, name);
      const store = await openWith([blob]);
      store.clock.advance(leaseMs + 1);
      const { sizeBytes: _, ...sizeless } = blob.digest;
      expect(await store.blobs.get(sizeless, { offset: 0 }, callFor())).toBeDefined();
      await giveUp(store);
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    },
  );

  it("goes on being read from its copy when its block is given up", async () => {
    const blob = await blobOf(600 * KIB);
    const store = await openWith([blob], 1024 * KIB);
    store.clock.advance(leaseMs + 1);
    const source = await store.blobs.get(blob.digest, { offset: 0 }, callFor());
    const read: Uint8Array[] = [];
    for await (const chunk of source ?? []) {
      read.push(chunk.slice());
      if (read.length === 1) await giveUp(store);
    }
    expect(sameBytes(concat(read), blob.bytes)).toBe(true);
  });

  it("that is damaged is dropped, counted and told of once, and can be uploaded again", async () => {
    const [blob, other] = [await blobOf(40_000), await blobOf(2000, 2)];
    const store = await openWith([blob, other]);
    const at = Buffer.from(store.blockDevice.bytes.buffer).indexOf(blob.bytes.subarray(0, 64));
    store.blockDevice.bytes[at + 500] = (store.blockDevice.bytes[at + 500] ?? 0) ^ 1;
    expect(await store.isMissing(blob)).toBe(false);
    await expect.poll(async () => await store.isMissing(blob)).toBe(true);
    expect(store.open.store.corruptEntries).toBe(1);
    expect(store.log).toEqual([expect.stringMatching(/^an entry of 40000 bytes.* is dropped$/)]);
    expect(await store.isMissing(other)).toBe(false);
    await store.put(blob);
    expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
  });
});

describe("an action result in an old block", () => {
  it("gives way to a newer one that is written while it is copied", async () => {
    const store = await WatchedStore.open({ newBlocks: 1 });
    const { digest: name } = await blobOf(1);
    const put = async (size: number): Promise<void> => {
      const result = new Uint8Array(size);
      await store.actions.put(name, { result, references: undefined }, callFor());
    };
    const sizeFound = async (): Promise<number | undefined> =>
      (await store.actions.get(name, callFor()))?.result.byteLength;
    await put(100);
    await age(store);

    // The newer one has its place first, and is written last.
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    store.blockDevice.beforeWrite = async (_, length) => {
      if (length < 1000) return;
      reached.resolve();
      await go.promise;
    };
    const newer = put(1000);
    await reached.promise;
    const before = store.blockDevice.writes;
    expect(await sizeFound()).toBe(100);
    await expect.poll(() => store.blockDevice.writes).toBeGreaterThan(before);
    expect(await sizeFound()).toBe(100);
    go.resolve();
    await newer;
    expect(await sizeFound()).toBe(1000);
  });
});
