import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { limits } from "../../shared/limits.ts";
import { createServices, type Services } from "../../shared/services/services.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { bodyOf } from "./bodies.ts";
import { blobFrom, type TestBlob } from "./blobs.ts";
import { MIB } from "./bytes.ts";
import { callFor } from "./calls.ts";
import { ManualClock } from "./clock.ts";
import { webHashers } from "./web-hashers.ts";

/** The services over memory, as a server has them, with a clock in the test's hands. */
export interface TestCache extends Services {
  readonly clock: ManualClock;
  readonly memory: MemoryBlobStore;
  readonly actionStore: MemoryActionStore;
  /** Stores bytes, past the services. */
  keep(bytes: Uint8Array): Promise<TestBlob>;
}

export interface TestCacheOptions {
  readonly capacityBytes?: number;
  /** What the services see in place of the memory store. */
  readonly decorate?: (base: BlobStore) => BlobStore;
}

export function createCache(options: TestCacheOptions = {}): TestCache {
  const clock = new ManualClock();
  const capacityBytes = options.capacityBytes ?? 64 * MIB;
  const { leaseMs } = limits;
  const memory = new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: webHashers });
  const actionStore = new MemoryActionStore({ capacityBytes: 8 * MIB });
  const blobs = options.decorate?.(memory) ?? memory;
  return {
    ...createServices({ blobs, actions: actionStore, hashers: webHashers, codecs: [] }),
    clock,
    memory,
    actionStore,
    keep: async (bytes) => {
      const blob = await blobFrom(bytes);
      await memory.put(blob.digest, bodyOf(bytes), callFor());
      return blob;
    },
  };
}
