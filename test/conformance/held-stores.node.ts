import { createHash, randomBytes } from "node:crypto";
import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { deviceSizes } from "../../shared/adapters/disk/geometry.ts";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { parseHash } from "../../shared/digest/digest.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { limits } from "../../shared/limits.ts";
import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import { EntryChunkLists } from "../../shared/stores/entry-chunk-lists.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { defaultPolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { bodyOf } from "../support/bodies.ts";
import { MIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest, smallGeometry } from "../support/disk-under-test.ts";
import { indexedParts } from "../support/indexed.ts";
import { MemoryDevice } from "../support/memory-device.ts";
import type { Hands } from "./hands.ts";

/** The stores of a server, and all of their time. */
export interface HeldStores {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly hands: Omit<Hands, "trouble">;
}

const { leaseMs } = limits;

export function memoryStores(): HeldStores {
  const clock = new ManualClock();
  const capacityBytes = 16 * MIB;
  const lists = new MemoryActionStore({ capacityBytes, lease: { ms: leaseMs, clock } });
  const blobs = new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: nodeHashers });
  return {
    blobs,
    actions: new MemoryActionStore({ capacityBytes }),
    chunkLists: new EntryChunkLists(lists),
    hands: {
      leaseMs,
      unusedMs: leaseMs,
      advance: (ms) => clock.advance(ms),
      evict: pressing(blobs, capacityBytes),
    },
  };
}

/** Blocks as on a disk, in memory, where a test reaches every byte. */
export async function diskStores(): Promise<HeldStores> {
  const clock = new ManualClock();
  const geometry = { ...smallGeometry, blockBytes: MIB / 2 };
  const blocks = new MemoryDevice(deviceSizes(geometry).blocks);
  const parts = { ...memoryParts(geometry), blocks };
  const { store } = await openForTest(parts, geometry, clock, leaseMs);
  const blobs = new DiskBlobStore({ store, hashers: nodeHashers, now: () => clock.now() });
  const ofEntries = { ...geometry, newBlocks: 1 };
  const { store: entries } = await openForTest(memoryParts(ofEntries), ofEntries, clock, leaseMs);
  const options = { store: entries, hashers: nodeHashers, now: () => clock.now() };
  return {
    blobs,
    actions: new DiskActionStore(options),
    chunkLists: new EntryChunkLists(new DiskActionStore({ ...options, kind: "chunks" })),
    hands: {
      leaseMs,
      unusedMs: leaseMs,
      advance: (ms) => clock.advance(ms),
      evict: pressing(blobs, blocks.sizeBytes),
      damage: (bytes) => changeBit(blocks.bytes, bytes),
    },
  };
}

/** What functions and replicas run on: rows and objects, which a sweep removes, here in memory. */
export function indexedStores(): HeldStores {
  const policy = { ...defaultPolicy, quotaBytes: 0 };
  const parts = indexedParts({ hashers: nodeHashers, policy });
  const { blobs, actions, chunkLists, sweeper } = createIndexedStores(parts);
  const { requestDelayMs, renewEveryMs, clockSkewMs } = policy;
  return {
    blobs,
    actions,
    chunkLists,
    hands: {
      leaseMs,
      unusedMs: leaseMs + requestDelayMs + renewEveryMs + 2 * clockSkewMs,
      advance: (ms) => parts.clock.advance(ms),
      evict: async () => {
        await sweeper.sweep({ maxRows: 10_000, shards: [] }, callFor().signal);
      },
    },
  };
}

/** Stores other blobs, twice what fits, until there is room for none. */
function pressing(blobs: BlobStore, capacityBytes: number): () => Promise<void> {
  const sizeBytes = Math.floor(capacityBytes / 64);
  return async () => {
    for (let count = 0; count < 128; count += 1) {
      const bytes = randomBytes(sizeBytes);
      const hash = parseHash("sha256", createHash("sha256").update(bytes).digest("hex"), "hash");
      try {
        await blobs.put({ function: "sha256", hash, sizeBytes }, bodyOf(bytes), callFor());
      } catch (error) {
        if (error instanceof StoreError && error.code === "exhausted") return;
        throw error;
      }
    }
  };
}

/** Changes a bit where these bytes lie. */
function changeBit(device: Uint8Array, bytes: Uint8Array): void {
  const at = Buffer.from(device.buffer).indexOf(bytes.subarray(0, 64));
  if (at < 0) throw new Error("the device does not hold these bytes");
  device[at] = (device[at] ?? 0) ^ 1;
}
