import { hashWords } from "./checksum.ts";
import { type Key, KEY_WORDS } from "./key.ts";
import type { Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";

/** Bytes of one record. A sector holds a whole number of them, so none is ever torn in two. */
export const RECORD_BYTES = 64;

export const RECORD_WORDS: number = RECORD_BYTES / Uint32Array.BYTES_PER_ELEMENT;

/** The words of a record behind its key. */
const BLOCK = 8;
const OFFSET_LOW = 9;
const OFFSET_HIGH = 10;
const LENGTH_LOW = 11;
const LENGTH_HIGH = 12;
const FLAGS = 13;
const CHECKSUM = 14;

const ATTEMPT_MASK = 0xff;
const REMOVED = 0x100;

const TWO_32 = 2 ** 32;

const NO_SLOT = -1;

/** Blocks are counted from 1. */
const NO_BLOCK = 0;

export interface MapCounts {
  /** Records that were dropped because nothing was free or older in all their slots: the map is too small. */
  overflows: number;
  lookups: number;
  /** Slots that look-ups have read, all together. */
  attempts: number;
}

export interface TableOptions {
  /** The records, one behind the other. */
  readonly words: Uint32Array;
  readonly slots: number;
  /** Slots that a key may be in. */
  readonly maxAttempts: number;
  /** Random, of this store: 4 words. Nobody can choose keys that meet in one slot, and no other store's records are valid. */
  readonly seed: Uint32Array;
  /** Whether a block still exists: a record of one that does not is as good as none. No block has the number 0, which free slots have. */
  readonly isLive: (block: number) => boolean;
}

/** The records of a key-location map: how they lie in memory, and how to find one. */
export class MapTable {
  readonly counts: MapCounts = { overflows: 0, lookups: 0, attempts: 0 };
  readonly #words: Uint32Array;
  readonly #slots: number;
  readonly #maxAttempts: number;
  readonly #isLive: (block: number) => boolean;
  /** What `expect` has read last, for nobody: a read of which nothing comes would be left out. */
  expected = 0;
  /** Of a key's first slot, of the way to its others, and of checksums. */
  readonly #seeds: readonly [number, number, number];

  constructor({ words, slots, maxAttempts, seed, isLive }: TableOptions) {
    this.#words = words;
    this.#slots = slots;
    this.#maxAttempts = maxAttempts;
    this.#isLive = isLive;
    this.#seeds = [seed[0] ?? 0, seed[1] ?? 0, seed[2] ?? 0];
  }

  find(key: Key): Location | undefined {
    const slot = this.#slotOf(key, 0, this.slot(key, 0));
    return slot === NO_SLOT ? undefined : this.locationIn(slot);
  }

  /** Looks for one of the keys, whose first slot `expect` has said. */
  findExpected(lookups: Lookups, index: number): void {
    const slot = this.#slotOf(lookups.keys, index * KEY_WORDS, lookups.slots[index] ?? 0);
    if (slot === NO_SLOT) return lookups.foundNothing(index);
    const base = slot * RECORD_WORDS;
    lookups.found(
      index,
      this.#words[base + BLOCK] ?? 0,
      this.#offsetAt(base),
      this.#lengthAt(base),
    );
  }

  /** As every slot before a record's own holds something younger, the search may stop at the first free one. */
  #slotOf(keys: Uint32Array, at: number, firstSlot: number): number {
    this.counts.lookups += 1;
    let slot = firstSlot;
    let step = 0;
    for (let attempt = 0; attempt < this.#maxAttempts; attempt++) {
      this.counts.attempts += 1;
      if (attempt === 1) step = this.#step(keys, at);
      if (attempt > 0) slot = (firstSlot + attempt * step) % this.#slots;
      if (!this.isTaken(slot)) return NO_SLOT;
      if (this.holds(slot, keys, attempt, at) && !this.isRemoved(slot)) return slot;
    }
    return NO_SLOT;
  }

  /** Has the first slots of the keys fetched from memory, at the same time. */
  expect({ keys, count, slots }: Lookups): void {
    for (let index = 0; index < count; index++) {
      slots[index] = this.slot(keys, 0, index * KEY_WORDS);
    }
    // Both ends of each record: it may lie in two lines of the processor's cache.
    let words = 0;
    for (let index = 0; index < count; index++) {
      const base = (slots[index] ?? 0) * RECORD_WORDS;
      words ^= (this.#words[base] ?? 0) ^ (this.#words[base + FLAGS] ?? 0);
    }
    this.expected = words;
  }

  /** The slot, at each attempt, of a key: of a record that begins with it, or, from `at` on, one among several. */
  slot(keys: Uint32Array, attempt: number, at = 0): number {
    const start = hashWords(this.#seeds[0], keys, at, at + KEY_WORDS);
    return (start + (attempt === 0 ? 0 : attempt * this.#step(keys, at))) % this.#slots;
  }

  isTaken(slot: number): boolean {
    return this.#isLive(this.#words[slot * RECORD_WORDS + BLOCK] ?? 0);
  }

  /**
   * For the owner of the map, before anybody looks: frees those of the slots whose record is not as this store wrote it. A record stays right
   * in memory, so that look-ups need not check it.
   */
  freeWrong(firstSlot: number, endSlot: number): void {
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const base = slot * RECORD_WORDS;
      if (this.#words[base + BLOCK] === NO_BLOCK) continue;
      if (this.#words[base + CHECKSUM] === this.#checksum(base, slot)) continue;
      this.#words.fill(0, base, base + RECORD_WORDS);
    }
  }

  /** Where a slot's record points; `undefined` where the slot is free. */
  read(slot: number): Location | undefined {
    return this.isTaken(slot) ? this.locationIn(slot) : undefined;
  }

  /** Where the record of a slot that is taken points. */
  locationIn(slot: number): Location {
    const base = slot * RECORD_WORDS;
    return {
      block: this.#words[base + BLOCK] ?? 0,
      offset: this.#offsetAt(base),
      length: this.#lengthAt(base),
    };
  }

  holds(slot: number, keys: Uint32Array, attempt: number, at = 0): boolean {
    const base = slot * RECORD_WORDS;
    if (((this.#words[base + FLAGS] ?? 0) & ATTEMPT_MASK) !== attempt) return false;
    for (let word = 0; word < KEY_WORDS; word++) {
      if (this.#words[base + word] !== keys[at + word]) return false;
    }
    return true;
  }

  isRemoved(slot: number): boolean {
    return ((this.#words[slot * RECORD_WORDS + FLAGS] ?? 0) & REMOVED) !== 0;
  }

  /** The record itself, as long as nothing changes. */
  record(slot: number): Uint32Array {
    return this.#words.subarray(slot * RECORD_WORDS, (slot + 1) * RECORD_WORDS);
  }

  /** Copies a record into `target`, from `at` on: a view of so few words would take longer to make. */
  copyRecord(slot: number, target: Uint32Array, at: number): void {
    const base = slot * RECORD_WORDS;
    for (let word = 0; word < RECORD_WORDS; word++) {
      target[at + word] = this.#words[base + word] ?? 0;
    }
  }

  /** For the owner of the map: stores a record as that of the attempt at which its key has the slot. */
  write(slot: number, record: Uint32Array, attempt: number): void {
    record[FLAGS] = attempt;
    this.#store(slot, record);
  }

  /** For the owner of the map. */
  markRemoved(slot: number): void {
    const record = this.record(slot).slice();
    record[FLAGS] = (record[FLAGS] ?? 0) | REMOVED;
    this.#store(slot, record);
  }

  #offsetAt(base: number): number {
    return (this.#words[base + OFFSET_HIGH] ?? 0) * TWO_32 + (this.#words[base + OFFSET_LOW] ?? 0);
  }

  #lengthAt(base: number): number {
    return (this.#words[base + LENGTH_HIGH] ?? 0) * TWO_32 + (this.#words[base + LENGTH_LOW] ?? 0);
  }

  #step(keys: Uint32Array, at: number): number {
    return (hashWords(this.#seeds[1], keys, at, at + KEY_WORDS) | 1) >>> 0;
  }

  #store(slot: number, record: Uint32Array): void {
    const base = slot * RECORD_WORDS;
    this.#words.set(record, base);
    this.#words[base + CHECKSUM] = this.#checksum(base, slot);
  }

  /** Of the record, this store and the slot: a record that ended up elsewhere is none. */
  #checksum(base: number, slot: number): number {
    const seed = this.#seeds[2] ^ Math.imul(slot, 0x9e3779b1);
    return hashWords(seed, this.#words, base, base + CHECKSUM);
  }
}

/** A record without a slot. */
export function encodeRecord(key: Key, { block, offset, length }: Location): Uint32Array {
  const record = new Uint32Array(RECORD_WORDS);
  record.set(key);
  record[BLOCK] = block;
  record[OFFSET_LOW] = offset % TWO_32;
  record[OFFSET_HIGH] = Math.floor(offset / TWO_32);
  record[LENGTH_LOW] = length % TWO_32;
  record[LENGTH_HIGH] = Math.floor(length / TWO_32);
  return record;
}

/** The attempt at which a record has its slot. */
export function attemptOf(record: Uint32Array): number {
  return (record[FLAGS] ?? 0) & ATTEMPT_MASK;
}
