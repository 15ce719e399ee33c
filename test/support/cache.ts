import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryBlobStore } from "../../shared/adapters/memory/memory-blob-store.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import { createServices, type Services } from "../../shared/services/services.ts";
import type { UploadAllowance } from "../../shared/services/upload-allowance.ts";
import type { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import { EntryChunkLists } from "../../shared/stores/entry-chunk-lists.ts";
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
  readonly chunkLists: ChunkListStore;
  /** Stores bytes, past the services. */
  keep(bytes: Uint8Array): Promise<TestBlob>;
}

export interface TestCacheOptions {
  readonly capacityBytes?: number;
  /** The largest blob that is cut on demand. */
  readonly splitBytes?: number;
  /** What the services see in place of the memory store. */
  readonly decorate?: (base: BlobStore) => BlobStore;
  readonly clock?: ManualClock;
  readonly uploadSessions?: UploadSessions;
  readonly uploadAllowance?: UploadAllowance;
  readonly codecs?: readonly BlobCodec[];
}

export function createCache(options: TestCacheOptions = {}): TestCache {
  const { clock = new ManualClock(), uploadSessions, uploadAllowance } = options;
  const capacityBytes = options.capacityBytes ?? 64 * MIB;
  const { leaseMs } = limits;
  const memory = new MemoryBlobStore({ capacityBytes, leaseMs, clock, hashers: webHashers });
  const actionStore = new MemoryActionStore({ capacityBytes: 8 * MIB });
  const lease = { ms: leaseMs, clock };
  const chunkLists = new EntryChunkLists(new MemoryActionStore({ capacityBytes: 8 * MIB, lease }));
  const blobs = options.decorate?.(memory) ?? memory;
  return {
    ...createServices({
      blobs,
      actions: actionStore,
      chunkLists,
      purges: new MemoryPurgeStore(),
      clock,
      hashers: webHashers,
      digestFunctions: defaultFunctions,
      codecs: options.codecs ?? [],
      uploadSessions,
      ...(uploadAllowance === undefined ? {} : { uploadAllowance }),
      ...(options.splitBytes === undefined ? {} : { splitBytes: options.splitBytes }),
    }),
    clock,
    memory,
    actionStore,
    chunkLists,
    keep: async (bytes) => {
      const blob = await blobFrom(bytes);
      await memory.put(blob.digest, bodyOf(bytes), callFor());
      return blob;
    },
  };
}
