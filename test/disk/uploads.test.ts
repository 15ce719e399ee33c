import { describe, expect, it } from "vitest";
import { bodyOf, failingBody, GatedBody } from "../support/bodies.ts";
import { blobFrom, blobOf } from "../support/blobs.ts";
import { KIB, sameBytes } from "../support/bytes.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { rejectionOf } from "./rejection.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

describe("an upload", () => {
  it.for([1000, 100_000])(
    "of %i bytes that are held writes nothing, and is checked",
    async (size) => {
      const blob = await blobOf(size);
      const store = await WatchedStore.open({ blockBytes: 256 * KIB });
      await store.put(blob);
      const { writes } = store.blockDevice;
      await store.put(blob);
      const wrong = store.blobs.put(blob.digest, bodyOf(new Uint8Array(size)), callFor());
      await expect(wrong).rejects.toMatchObject({ code: "invalid-argument" });
      expect(store.blockDevice.writes).toBe(writes);
    },
  );

  it("larger than a block is refused by a name and a flag", async () => {
    const store = await WatchedStore.open();
    const blob = await blobOf(64 * KIB + 1);
    const refusal = await rejectionOf(store.put(blob));
    expect(refusal.code).toBe("too-large");
    expect(refusal.message).toContain(
      "larger than one block of the cache, 65536 bytes; raise --size",
    );
    await store.put(await blobOf(64 * KIB));
  });

  it("that ends early gives its room back, however often", async () => {
    const store = await WatchedStore.open({ blockBytes: 256 * KIB });
    const gone = new Error("the client is gone");
    for (let round = 0; round < 300; round++) {
      const blob = await blobOf(70_000 + (round % 7) * 20_000, round);
      const pause = await blobOf(200_000 - (round % 5) * 20_000, round + 1000);
      const body = new GatedBody(pause.bytes);
      const { call, abort } = abortableCall();
      const paused = store.blobs.put(pause.digest, body, call);
      await body.held;
      const failed = store.blobs.put(
        blob.digest,
        failingBody(blob.bytes.slice(9), gone),
        callFor(),
      );
      await expect(failed).rejects.toThrow();
      abort();
      await expect(paused).rejects.toThrow();
    }
    expect(store.open.ring.usedBytes).toBe(0);
  });

  it("waits for the copies that hold the oldest block, however many they are", async () => {
    const store = await WatchedStore.open({ blockBytes: 128 * KIB });
    const small = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => await blobOf(1000 + i, i)),
    );
    for (const blob of small) await store.put(blob);
    const { wantedBlocks } = store.open.ring;
    const filler = async (i: number): Promise<void> =>
      await store.put(await blobOf(120_000, 5000 + i));
    for (let i = 0; i < wantedBlocks - 3; i++) await filler(i);
    store.clock.advance(leaseMs + 1);
    await store.blobs.findMissing(
      small.map(({ digest }) => digest),
      callFor(),
    );
    for (let i = 100; i < 104; i++) await filler(i);
    for (const blob of small) {
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    }
  });

  it("that cannot be written is refused with the device's own code, and can be repeated", async () => {
    for (const code of ["exhausted", "unavailable"] as const) {
      const store = await WatchedStore.open({ blockBytes: 256 * KIB });
      const others = [await blobOf(3000, 2), await blobOf(100_000, 3)];
      const blobs = [await blobOf(5000, 4), await blobOf(150_000, 5)];
      for (const blob of others) await store.put(blob);
      store.blockDevice.beforeWrite = () => {
        throw new StoreError(code, "as planned");
      };
      for (const blob of blobs) {
        await expect(store.put(blob)).rejects.toMatchObject({ code });
        expect(await store.isMissing(blob)).toBe(true);
      }
      store.blockDevice.beforeWrite = () => undefined;
      for (const blob of blobs) await store.put(blob);
      for (const blob of [...others, ...blobs]) {
        expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
      }
    }
  });

  it("of nothing does not hide its neighbour from a check", async () => {
    const store = await WatchedStore.open({ newBlocks: 1 });
    const [empty, blob] = [await blobFrom(new Uint8Array()), await blobOf(1000)];
    await store.put(empty);
    await store.put(blob);
    await store.read(empty);
    store.blockDevice.bytes.fill(7);
    expect(await store.read(blob)).toBeUndefined();
  });
});
