import { RECORD_WORDS } from "../../shared/adapters/disk/map-table.ts";
import { SequenceLock } from "../../shared/adapters/disk/sequence-lock.ts";
import { AtomicWords } from "../../shared/adapters/disk/shared-words.ts";

/** What a key-location map lies in. */
export function mapMemory(slots: number): { words: Uint32Array; lock: SequenceLock } {
  const lock = new SequenceLock(new AtomicWords(new SharedArrayBuffer(4)), 0);
  return { words: new Uint32Array(slots * RECORD_WORDS), lock };
}
