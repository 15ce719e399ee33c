import { BlockTable } from "./block-table.ts";
import { blockCount, type Geometry } from "./geometry.ts";
import { RECORD_BYTES } from "./map-table.ts";
import { SequenceLock } from "./sequence-lock.ts";
import type { SharedWords } from "./shared-words.ts";

/** The lock has a cache line of its own: every look-up of every thread reads it. */
const LOCK_AT = 0;
const TABLE_AT = 16;

/** What all threads of a store have in common; can be posted to one. */
export interface StoreMemory {
  readonly geometry: Geometry;
  readonly leaseMs: number;
  /** The time from which shared leases are counted. */
  readonly epochMs: number;
  /** Random numbers of this store alone. */
  readonly seed: readonly number[];
  /** The words of the key-location map. */
  readonly map: SharedArrayBuffer;
  /** The words of its lock, and of the blocks. */
  readonly words: SharedArrayBuffer;
}

export function createMemory(
  options: Pick<StoreMemory, "geometry" | "leaseMs" | "epochMs" | "seed">,
): StoreMemory {
  const { geometry, leaseMs, epochMs, seed } = options;
  const words = TABLE_AT + BlockTable.wordsFor(blockCount(geometry));
  return {
    geometry,
    leaseMs,
    epochMs,
    seed,
    map: new SharedArrayBuffer(geometry.slots * RECORD_BYTES),
    words: new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT),
  };
}

/** The same memory, as what is in it. */
export function partsOf(
  memory: StoreMemory,
  words: SharedWords,
): { readonly lock: SequenceLock; readonly table: BlockTable } {
  const { geometry, leaseMs, epochMs } = memory;
  const blocks = blockCount(geometry);
  return {
    lock: new SequenceLock(words, LOCK_AT),
    table: new BlockTable({ words, at: TABLE_AT, blocks, leaseMs, epochMs }),
  };
}
