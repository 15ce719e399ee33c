import { describe, expect, it } from "vitest";
import { StoreError } from "../../shared/stores/store-error.ts";
import { blobOf } from "../support/blobs.ts";
import { sameBytes } from "../support/bytes.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

const trouble = (): never => {
  throw new StoreError("unavailable", "as planned");
};

describe("a checkpoint", () => {
  it("keeps everything through a restart", async () => {
    const store = await WatchedStore.open();
    const blobs = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => await blobOf(i * 50, i + 1)),
    );
    for (const blob of blobs) await store.put(blob);
    await store.open.checkpoints.run();
    await store.reopen();
    for (const blob of blobs) {
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array([1]), blob.bytes)).toBe(true);
    }
  });

  it.for(["journal", "state"])(
    "that fails after it replaced the %s, and another that is cut short, lose nothing",
    async (name) => {
      const store = await WatchedStore.open({ newBlocks: 1 });
      const blob = await blobOf(20_000);
      await store.put(blob);
      for (let i = 0; !store.open.ring.isOld(1); i++) await store.put(await blobOf(60_000, 10 + i));
      await store.open.checkpoints.run();
      store.clock.advance(leaseMs + 1);
      expect(await store.isMissing(blob)).toBe(false);
      for (let i = 0; store.open.ring.isLive(1); i++) await store.put(await blobOf(60_000, 50 + i));

      store.files.afterReplace = (replaced) => {
        if (replaced === name) trouble();
      };
      await expect(store.open.checkpoints.run()).rejects.toThrow("as planned");
      await store.put(await blobOf(1000, 99));
      store.files.afterReplace = (replaced) => {
        if (replaced === "journal") trouble();
      };
      await expect(store.open.checkpoints.run()).rejects.toThrow("as planned");

      store.files.afterReplace = () => undefined;
      await store.reopen();
      expect(sameBytes((await store.read(blob)) ?? new Uint8Array(), blob.bytes)).toBe(true);
    },
  );

  it("that fails is made up for by the next", async () => {
    const store = await WatchedStore.open();
    const blob = await blobOf(20_000);
    await store.put(blob);
    store.blockDevice.beforeSync = trouble;
    await expect(store.open.checkpoints.run()).rejects.toThrow("as planned");
    store.blockDevice.beforeSync = () => undefined;
    store.mapDevice.beforeWrite = trouble;
    await expect(store.open.checkpoints.run()).rejects.toThrow("as planned");
    store.mapDevice.beforeWrite = () => undefined;
    await store.open.checkpoints.run();
    await store.reopen();
    expect(await store.isMissing(blob)).toBe(false);
  });
});

describe("a restart", () => {
  it("of a full store that was closed takes uploads as soon as leases end", async () => {
    const store = await WatchedStore.open();
    for (let i = 0; i < 2 * store.open.ring.wantedBlocks; i++) {
      store.clock.advance(leaseMs / 8);
      await store.put(await blobOf(60_000, 10 + i));
    }
    await store.close();
    await store.reopen();
    for (let i = 0; i < 5; i++) await store.put(await blobOf(60_000, 100 + i));
  });

  it("keeps what was promised of copies that were never made", async () => {
    const store = await WatchedStore.open({ newBlocks: 1 });
    const blobs = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => await blobOf(1000, i)),
    );
    for (const blob of blobs) await store.put(blob);
    for (let i = 0; !store.open.ring.isOld(1); i++) await store.put(await blobOf(60_000, 10 + i));
    store.clock.advance(leaseMs + 1);
    const go = Promise.withResolvers<void>();
    store.blockDevice.beforeRead = async () => await go.promise;
    for (const blob of blobs) expect(await store.isMissing(blob)).toBe(false);
    const closed = store.close();
    go.resolve();
    await closed;
    await store.reopen();
    const refused = (async (): Promise<void> => {
      for (let i = 0; store.open.ring.isLive(1); i++) await store.put(await blobOf(60_000, 50 + i));
    })();
    await expect(refused).rejects.toMatchObject({ code: "exhausted" });
    for (const blob of blobs) expect(await store.isMissing(blob)).toBe(false);
  });

  it("after a kill knows every lease of the last checkpoint, and no longer ones", async () => {
    const store = await WatchedStore.open({ newBlocks: 1 });
    for (let i = 0; i < store.open.ring.wantedBlocks; i++) {
      await store.put(await blobOf(60_000, 10 + i));
    }
    await store.open.checkpoints.run();
    const upload = async (): Promise<void> => await store.put(await blobOf(60_000, 100));
    store.clock.advance(leaseMs - 1);
    await store.reopen();
    await expect(upload()).rejects.toMatchObject({ code: "exhausted" });
    store.clock.advance(leaseMs / 8);
    await store.reopen();
    await upload();
  });

  it("tells of a lease that no checkpoint has, and only then", async () => {
    const store = await WatchedStore.open();
    const blob = await blobOf(1000);
    await store.put(blob);
    await store.open.checkpoints.run();
    const { changes } = store;
    store.clock.advance(leaseMs / 20);
    await store.isMissing(blob);
    expect(store.changes).toBe(changes);
    store.clock.advance(leaseMs / 20);
    await store.isMissing(blob);
    expect(store.changes).toBe(changes + 1);
    await store.open.checkpoints.run();
    await store.isMissing(blob);
    expect(store.changes).toBe(changes + 1);
  });
});
