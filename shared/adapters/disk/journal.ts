import { hashWords } from "./checksum.ts";
import type { BlockDevice } from "./block-device.ts";
import { readOrClear } from "./read-or-clear.ts";
import { RECORD_BYTES } from "./map-table.ts";

/** Words of one change: the slot, and its record. */
const CHANGE_WORDS = 1 + RECORD_BYTES / Uint32Array.BYTES_PER_ELEMENT;

const HEADER_WORDS = 3;

/** A journal as it is stored: which checkpoint it belongs to, a checksum, and the map's changes. */
export function encodeJournal(generation: number, changes: Uint32Array): Uint8Array {
  const words = new Uint32Array(HEADER_WORDS + changes.length);
  words[0] = generation;
  words[1] = changes.length;
  words[2] = hashWords(generation, changes, 0, changes.length);
  words.set(changes, HEADER_WORDS);
  return new Uint8Array(words.buffer);
}

interface Journal {
  readonly generation: number;
  readonly changes: Uint32Array;
}

/** The journal; `undefined` where the bytes are none, or not as they were written. */
export function decodeJournal(bytes: Uint8Array): Journal | undefined {
  if (bytes.byteLength % Uint32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  // A copy of its own: what a file was read into may be a part of something larger.
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  const [generation = 0, length, checksum] = words;
  const changes = words.subarray(HEADER_WORDS);
  const isWhole =
    length === changes.length && checksum === hashWords(generation, changes, 0, changes.length);
  return isWhole ? { generation, changes } : undefined;
}

/** Changed sectors that lie side by side, and where the changes of each are among all. */
interface Run {
  readonly firstSector: number;
  readonly sectors: (readonly number[])[];
}

/**
 * Brings the changes into the map's device. It only ever sees what a checkpoint holds: records of the map in memory that are
 * newer stay out, so the sectors are read before they are written. Doing it twice does no harm, and so neither does it to be cut off
 * between two sectors that are written in one go.
 */
export async function applyChanges(
  device: BlockDevice,
  changes: Uint32Array,
  sectorBytes: number,
): Promise<void> {
  const queue = runsOf(changes, sectorBytes);
  let next = 0;
  const worker = async (): Promise<void> => {
    const buffer = new Uint8Array(Math.max(sectorBytes, RUN_BYTES));
    for (let run = queue[next++]; run !== undefined; run = queue[next++]) {
      const begin = run.firstSector * sectorBytes;
      const bytes = buffer.subarray(0, run.sectors.length * sectorBytes);
      // One that cannot be read any more is written anew, with what is known of it.
      await readOrClear(device, begin, bytes, sectorBytes);
      for (const at of run.sectors.flat()) {
        const record = changes.subarray(at + 1, at + CHANGE_WORDS);
        const offset = (changes[at] ?? 0) * RECORD_BYTES - begin;
        bytes.set(new Uint8Array(record.buffer, record.byteOffset, RECORD_BYTES), offset);
      }
      await device.write(begin, bytes);
    }
  };
  const workers = Array.from({ length: Math.min(WORKERS, queue.length) }, worker);
  // Who fails must not leave others behind: what they write then would be older than what is written next.
  for (const outcome of await Promise.allSettled(workers)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

function runsOf(changes: Uint32Array, sectorBytes: number): readonly Run[] {
  const bySector = new Map<number, number[]>();
  for (let at = 0; at < changes.length; at += CHANGE_WORDS) {
    const sector = Math.floor(((changes[at] ?? 0) * RECORD_BYTES) / sectorBytes);
    const inSector = bySector.get(sector);
    if (inSector === undefined) bySector.set(sector, [at]);
    else inSector.push(at);
  }
  const runs: Run[] = [];
  let last: Run = { firstSector: -Infinity, sectors: [] };
  for (const [sector, positions] of [...bySector].toSorted(([one], [other]) => one - other)) {
    const isNext = sector === last.firstSector + last.sectors.length;
    if (!isNext || (last.sectors.length + 1) * sectorBytes > RUN_BYTES) {
      last = { firstSector: sector, sectors: [] };
      runs.push(last);
    }
    last.sectors.push(positions);
  }
  return runs;
}

/** Runs under way at once: as many as Node has threads for files. */
const WORKERS = 4;

/** What is read and written in one go: a store that is filled with small entries changes most sectors from one checkpoint to the next. */
const RUN_BYTES = 256 * 1024;
