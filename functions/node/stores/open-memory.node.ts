import { getHeapStatistics } from "node:v8";
import { MemoryActionStore } from "../../../shared/adapters/memory/memory-action-store.ts";
import {
  ENTRY_OVERHEAD_BYTES,
  MemoryBlobStore,
} from "../../../shared/adapters/memory/memory-blob-store.ts";
import { MemoryPurgeStore } from "../../../shared/adapters/memory/memory-purge-store.ts";
import { systemClock } from "../../../shared/clock.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { limits } from "../../../shared/limits.ts";
import { EntryChunkLists } from "../../../shared/stores/entry-chunk-lists.ts";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import { metricOf } from "../../../shared/telemetry/metric.ts";
import { defaultMemoryBytes, type ServeOptions } from "../options/options.node.ts";
import { formatGib } from "./format-gib.node.ts";
import type { OpenStores } from "./open-stores.node.ts";

/** The part of the memory that action results get: builds have many small ones. */
const ACTION_SHARE = 1 / 16;

/** The same for lists of chunks: one takes less than a 600th of its blob, where chunks are as large as they are meant to be. */
const LIST_SHARE = 1 / 256;

/** Parts of the heap that stores in memory may fill: it has a limit that `--size` does not change. */
const HEAP_SHARE = 1 / 2;
const ACTION_HEAP_SHARE = 1 / 8;
const LIST_HEAP_SHARE = 1 / 16;

/** Stores that a restart empties. */
export function openMemory({ sizeBytes = defaultMemoryBytes() }: ServeOptions): OpenStores {
  const heapBytes = getHeapStatistics().heap_size_limit;
  const actionBytes = Math.min(
    Math.floor(sizeBytes * ACTION_SHARE),
    Math.floor(heapBytes * ACTION_HEAP_SHARE),
  );
  const listBytes = Math.min(
    Math.floor(sizeBytes * LIST_SHARE),
    Math.floor(heapBytes * LIST_HEAP_SHARE),
  );
  const blobBytes = sizeBytes - actionBytes - listBytes;
  const blobs = new MemoryBlobStore({
    capacityBytes: blobBytes,
    maxEntries: Math.floor((heapBytes * HEAP_SHARE) / ENTRY_OVERHEAD_BYTES),
    leaseMs: limits.leaseMs,
    clock: systemClock,
    hashers: nodeHashers,
  });
  const actions = new MemoryActionStore({ capacityBytes: actionBytes });
  return {
    blobs,
    actions,
    chunkLists: new EntryChunkLists(
      new MemoryActionStore({
        capacityBytes: listBytes,
        lease: { ms: limits.leaseMs, clock: systemClock },
      }),
    ),
    purges: new MemoryPurgeStore(),
    description: `It keeps up to ${formatGib(sizeBytes)} in memory, so a restart empties it.`,
    metrics: () => [
      metricOf(instruments.storeUsedBytes, { store: "blobs" }, blobs.usedBytes),
      metricOf(instruments.storeUsedBytes, { store: "actions" }, actions.usedBytes),
      metricOf(instruments.storeSizeBytes, { store: "blobs" }, blobBytes),
      metricOf(instruments.storeSizeBytes, { store: "actions" }, actionBytes),
    ],
    [Symbol.asyncDispose]: async () => undefined,
  };
}
