import { describe, expect, it } from "vitest";
import { StoreError } from "../../shared/stores/store-error.ts";
import { blobOf } from "../support/blobs.ts";
import { KIB, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { WatchedStore } from "./watched-store.ts";

const sizes = [1000, 600 * KIB];

async function openWithBlob(
  size: number,
): Promise<[WatchedStore, Awaited<ReturnType<typeof blobOf>>]> {
  const store = await WatchedStore.open({ blockBytes: 1024 * KIB });
  const blob = await blobOf(size);
  await store.put(blob);
  return [store, blob];
}

describe("a read", () => {
  it.for(sizes)("of %i bytes that the device refuses is an error, and no miss", async (size) => {
    const [store, blob] = await openWithBlob(size);
    store.blockDevice.beforeRead = () => {
      throw new StoreError("unavailable", "as planned");
    };
    await expect(store.read(blob)).rejects.toMatchObject({ code: "unavailable" });
    store.blockDevice.beforeRead = () => undefined;
    expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    expect(store.open.store.corruptEntries).toBe(0);
  });

  it.for(sizes)("of %i bytes in a sector that is damaged drops them", async (size) => {
    const [store, blob] = await openWithBlob(size);
    store.blockDevice.beforeRead = () => {
      throw new StoreError("corrupt", "as planned");
    };
    // A small one is a miss at once; a large one is found before its bytes are read.
    const found = await store.read(blob).catch(() => undefined);
    expect(found).toBeUndefined();
    expect(await store.isMissing(blob)).toBe(true);
    expect(store.open.store.corruptEntries).toBe(1);
    store.blockDevice.beforeRead = () => undefined;
    await store.put(blob);
    expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
  });

  it("of a part is checked against the whole once, and then reads that part alone", async () => {
    const [store, blob] = await openWithBlob(600 * KIB);
    let reads = 0;
    store.blockDevice.beforeRead = () => void (reads += 1);
    const part = async (): Promise<number> => {
      const before = reads;
      const range = { offset: 500 * KIB, length: 10 };
      const source = await store.blobs.get(blob.digest, range, callFor());
      for await (const bytes of source ?? []) {
        expect(sameBytes(bytes, blob.bytes.subarray(500 * KIB, 500 * KIB + 10))).toBe(true);
      }
      return reads - before;
    };
    expect(await part()).toBe(3);
    expect(await part()).toBe(1);
  });
});
