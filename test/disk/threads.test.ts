import { describe, expect, it } from "vitest";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { EntriesDesk } from "../../shared/adapters/disk/entries-desk.ts";
import type { Answer, Message } from "../../shared/adapters/disk/owner-messages.ts";
import { SharedEntries } from "../../shared/adapters/disk/shared-entries.ts";
import { bodyOf } from "../support/bodies.ts";
import { blobOf } from "../support/blobs.ts";
import { KIB, readAll, sameBytes } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { webHashers } from "../support/web-hashers.ts";
import { DirectLine } from "./direct-line.ts";
import { leaseMs, WatchedStore } from "./watched-store.ts";

interface Thread {
  readonly blobs: DiskBlobStore;
  readonly entries: SharedEntries;
  readonly desk: EntriesDesk;
  /** How often it has told of leases that no checkpoint has. */
  readonly told: () => number;
}

/** Another thread that shares the store. */
function threadOf(store: WatchedStore): Thread {
  const [line, ownersLine] = DirectLine.pair<Message, Answer>();
  const now = (): number => store.clock.now();
  let told = 0;
  const desk = new EntriesDesk({
    store: store.open.store,
    table: store.open.table,
    line: ownersLine,
    hashers: webHashers,
    onChange: () => void (told += 1),
    soon: queueMicrotask,
  });
  desk.begin();
  const { memory } = store.open;
  const device = store.blockDevice;
  const entries = new SharedEntries({ memory, device, line, now, soon: queueMicrotask });
  const blobs = new DiskBlobStore({ store: entries, hashers: webHashers, now });
  return { blobs, entries, desk, told: () => told };
}

/** Uploads others until the first blocks are old, or given up. */
async function fill(store: WatchedStore, isDone: () => boolean, seed: number): Promise<void> {
  for (let i = 0; !isDone(); i++) {
    await store.put(await blobOf(Math.floor(store.geometry.blockBytes * 0.9), seed + i));
  }
}

describe("a thread that shares a store", () => {
  it("has what the owner and others put, and they what it puts", async () => {
    const store = await WatchedStore.open();
    const [one, other] = [threadOf(store), threadOf(store)];
    const blob = await blobOf(1000);
    await one.blobs.put(blob.digest, bodyOf(blob.bytes), callFor());
    expect(await store.isMissing(blob)).toBe(false);
    expect(await other.blobs.findMissing([blob.digest], callFor())).toEqual([]);
  });

  it("keeps by its use what would otherwise go, copied once to where the young are", async () => {
    const store = await WatchedStore.open();
    const { blobs } = threadOf(store);
    const blob = await blobOf(20_000);
    await store.put(blob);
    const { ring } = store.open;
    await fill(store, () => ring.isOld(3), 100);
    store.clock.advance(leaseMs + 1);
    const before = store.blockDevice.writtenBytes;
    for (let i = 0; i < 5; i++) {
      expect(await blobs.findMissing([blob.digest], callFor())).toEqual([]);
    }
    await expect.poll(() => store.blockDevice.writtenBytes - before).toBe(20_000);
    await fill(store, () => !ring.isLive(3), 200);
    const source = await blobs.get(blob.digest, { offset: 0 }, callFor());
    expect(source && sameBytes(await readAll(source), blob.bytes)).toBe(true);
  });

  it("keeps a block from going by a lease of its own", async () => {
    const store = await WatchedStore.open();
    const { blobs } = threadOf(store);
    const blob = await blobOf(1000);
    await store.put(blob);
    const { ring, table } = store.open;
    await fill(store, () => ring.nextNumber > 5, 100);
    store.clock.advance(leaseMs + 1);
    await blobs.findMissing([blob.digest], callFor());
    const leased = Array.from({ length: ring.nextNumber }, (_, number) =>
      table.leaseEndsMs(number),
    ).filter((endsMs) => endsMs > store.clock.now());
    expect(leased).toHaveLength(1);
  });

  it("tells of leases that no checkpoint has once, until the next begins", async () => {
    const store = await WatchedStore.open();
    const { blobs, told } = threadOf(store);
    const blob = await blobOf(1000);
    await store.put(blob);
    const use = async (): Promise<number> => {
      for (let i = 0; i < 3; i++) await blobs.findMissing([blob.digest], callFor());
      return told();
    };
    expect(await use()).toBe(1);
    await store.open.checkpoints.run();
    expect(await use()).toBe(1);
    store.clock.advance(leaseMs / 2);
    expect(await use()).toBe(2);
  });

  it("has its leases in the state, where they outlive the process", async () => {
    const store = await WatchedStore.open();
    const { blobs } = threadOf(store);
    const blob = await blobOf(1000);
    await store.put(blob);
    store.clock.advance(leaseMs - 1);
    await blobs.findMissing([blob.digest], callFor());
    await store.close();
    await store.reopen();
    await expect(fill(store, () => !store.open.ring.isLive(1), 100)).rejects.toThrow("full");
  });

  it("hears why the owner refuses", async () => {
    const store = await WatchedStore.open({ blockBytes: 64 * KIB });
    const { entries } = threadOf(store);
    const { wantedBlocks } = store.open.ring;
    const fillAll = async (): Promise<void> => {
      for (let i = 0; i < 2 * wantedBlocks; i++) await entries.reserve(60_000, true);
    };
    await expect(fillAll()).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
  });

  it("has the owner drop what is damaged, before it says that it is missing", async () => {
    const store = await WatchedStore.open();
    const { blobs } = threadOf(store);
    const blob = await blobOf(1000);
    await store.put(blob);
    store.blockDevice.bytes.fill(0);
    expect(await blobs.get(blob.digest, { offset: 0 }, callFor())).toBeUndefined();
    expect([store.open.store.corruptEntries, await store.isMissing(blob)]).toEqual([1, true]);
  });

  it("gives back what it reserved where its caller is gone", async () => {
    const store = await WatchedStore.open({ blockBytes: 128 * KIB });
    const { blobs } = threadOf(store);
    const { digest } = await blobOf(100_000);
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(70_000);
      throw new Error("the client is gone");
    };
    for (let i = 0; i < 50; i++) {
      await expect(blobs.put(digest, broken(), callFor())).rejects.toThrow("the client is gone");
    }
    await expect.poll(() => store.open.ring.usedBytes).toBe(0);
  });

  it("holds up no checkpoint once it has ended", async () => {
    const store = await WatchedStore.open();
    const { entries, desk } = threadOf(store);
    await entries.reserve(1000, false);
    const checkpoint = store.open.checkpoints.run();
    desk.end();
    await checkpoint;
    expect(store.open.checkpoints.lastMs).toBeDefined();
  });
});
