import { describe, expect, it } from "vitest";
import { StoreError } from "../../shared/stores/store-error.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { concat, KIB, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { findIn } from "./find-in.ts";
import { WatchedStore } from "./watched-store.ts";

const HOUR_MS = 60 * 60 * 1000;

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

  it("of a part is checked against the whole once, and for some hours reads that part alone", async () => {
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
    store.clock.advance(4 * HOUR_MS);
    expect(await part()).toBe(3);
  });

  const damages = [
    { size: 1000, at: 999 },
    { size: 20 * KIB, at: 19 * KIB },
    { size: 64 * KIB + 1, at: 0 },
    { size: 600 * KIB, at: 300 * KIB },
    { size: 600 * KIB, at: 600 * KIB - 1 },
  ];
  it.for(damages)(
    "of $size bytes that were right before finds what has changed since, at $at",
    async ({ size, at }) => {
      const [store, blob] = await openWithBlob(size);
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
      const { bytes } = store.blockDevice;
      const place = findIn(bytes, blob.bytes);
      bytes[place + at] = (bytes[place + at] ?? 0) ^ 0x10;
      const range = { offset: at, length: 1 };
      const readPart = async (): Promise<unknown> => {
        const source = await store.blobs.get(blob.digest, range, callFor());
        return source && (await readAll(source));
      };
      const found = await readPart().catch(codeOf);
      expect(found).toBe(size > 256 * KIB ? "corrupt" : undefined);
      expect(await store.isMissing(blob)).toBe(true);
      expect(store.open.store.corruptEntries).toBe(1);
      await store.put(blob);
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    },
  );

  it.for([
    { size: 200, keptFor: "once more from memory" },
    { size: 100 * KIB, keptFor: "not at all, since it is too large to be kept there" },
  ])(
    "of an action result of $size bytes that has changed since gives the right one $keptFor",
    async ({ size }) => {
      const store = await WatchedStore.open({ blockBytes: 1024 * KIB });
      const blob = await blobOf(1000);
      await store.put(blob);
      const { bytes: result } = await blobOf(size, 9);
      await store.actions.put(blob.digest, { result, references: [blob.digest] }, callFor());
      const read = async (): Promise<Uint8Array | undefined> =>
        (await store.actions.get(blob.digest, callFor()))?.result;
      expect(await read()).toEqual(result);
      const { bytes } = store.blockDevice;
      const place = findIn(bytes, result);
      bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      const isKept = size < 64 * KIB;
      expect(await read()).toEqual(isKept ? result : undefined);
      expect(store.open.store.corruptEntries).toBe(isKept ? 0 : 1);
    },
  );

  it.for([20 * KIB, 100 * KIB, 700 * KIB])(
    "of %i bytes goes into memory that was given back, and into no other",
    async (size) => {
      const [store, blob] = await openWithBlob(size);
      const other = await blobOf(size, 7);
      await store.put(other);
      const read = async ({ digest }: TestBlob): Promise<Chunks> => {
        const source = await store.blobs.get(digest, { offset: 0 }, callFor());
        const chunks: Uint8Array[] = [];
        for await (const chunk of source ?? []) chunks.push(chunk);
        return { chunks, giveBack: (chunk) => source?.giveBack?.(chunk) };
      };
      const held = await read(blob);
      const given = await read(blob);
      const memory = new Set(given.chunks.map(({ buffer }) => buffer));
      for (const chunk of given.chunks) given.giveBack(chunk);
      const again = await read(other);
      expect(again.chunks.every(({ buffer }) => memory.has(buffer))).toBe(true);
      // Twice, and a part of what is lent: neither is anything to take back.
      for (const chunk of given.chunks) given.giveBack(chunk);
      for (const chunk of held.chunks) held.giveBack(chunk.subarray(1));
      const last = await read(blob);
      expect(sameBytes(concat(again.chunks), other.bytes)).toBe(true);
      for (const { chunks } of [held, last]) {
        expect(sameBytes(concat(chunks), blob.bytes)).toBe(true);
      }
    },
  );
});

interface Chunks {
  readonly chunks: readonly Uint8Array[];
  readonly giveBack: (chunk: Uint8Array) => void;
}

function codeOf(error: unknown): string {
  return error instanceof StoreError ? error.code : String(error);
}
