import type { OpenStore } from "./open-located-store.ts";

/** What an operator wants to know of a store. */
export interface StoreStats {
  /** Bytes of blocks that are in use, of how many. */
  readonly usedBytes: number;
  readonly sizeBytes: number;
  /** How old the block was that was given up last, in milliseconds: how long what nobody uses is kept. */
  readonly retentionMs: number | undefined;
  /** Entries that were dropped because their bytes had changed. */
  readonly corruptEntries: number;
  /** Entries, and their bytes, that were copied out of old blocks because they are in use. */
  readonly refreshedEntries: number;
  readonly refreshedBytes: number;
  /** Look-ups in the key-location map, and slots that they read. */
  readonly mapLookups: number;
  readonly mapAttempts: number;
  /** Entries that the map dropped before their time, because it is too small. */
  readonly mapOverflows: number;
  /** How long the last checkpoint took, in milliseconds. */
  readonly checkpointMs: number | undefined;
}

export function statsOf({ ring, map, store, checkpoints, geometry }: OpenStore): StoreStats {
  return {
    usedBytes: ring.usedBytes,
    sizeBytes: ring.wantedBlocks * geometry.blockBytes,
    retentionMs: ring.retentionMs,
    corruptEntries: store.corruptEntries,
    refreshedEntries: store.refreshed.entries,
    refreshedBytes: store.refreshed.bytes,
    mapLookups: map.counts.lookups,
    mapAttempts: map.counts.attempts,
    mapOverflows: map.counts.overflows,
    checkpointMs: checkpoints.lastMs,
  };
}
