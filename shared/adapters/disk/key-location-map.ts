import { hashWords } from "./checksum.ts";
import type { Key } from "./key.ts";
import { isOlder, type Location } from "./location.ts";

/** Bytes of one record. A sector holds a whole number of them, so none is ever torn in two. */
export const RECORD_BYTES = 64;

const RECORD_WORDS = RECORD_BYTES / Uint32Array.BYTES_PER_ELEMENT;
const KEY_WORDS = 8;

/** Slots that tell enough of the whole table, and take no time to look at. */
const SAMPLE_SLOTS = 16_384;

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

export interface MapCounts {
  /** Records that were dropped because nothing was free or older in all their slots: the map is too small. */
  overflows: number;
  lookups: number;
  /** Slots that look-ups have read, all together. */
  attempts: number;
}

export interface MapOptions {
  readonly slots: number;
  /** Slots that a key may be in. */
  readonly maxAttempts: number;
  /** Random, of this store: 4 words. Nobody can choose keys that meet in one slot, and no other store's records are valid. */
  readonly seed: Uint32Array;
  /** Whether a block still exists: a record of one that does not is as good as none. */
  readonly isLive: (block: number) => boolean;
  /** Hears of each change. */
  readonly onChange: () => void;
}

/**
 * The key-location map: an open hash table in one buffer, in which the young displace the old. A record that finds a younger one
 * in its slot tries its next slot; one that finds an older one takes its place, and the older moves on. So what falls out when
 * the table is full is the oldest, which would have gone first in any case. Nothing is ever deleted to make room: records of
 * blocks that are gone are free slots. As every slot before a record's own holds something younger, a look-up may stop at the
 * first free one.
 */
export class KeyLocationMap {
  readonly counts: MapCounts = { overflows: 0, lookups: 0, attempts: 0 };
  readonly #options: MapOptions;
  readonly #words: Uint32Array;
  readonly #dirty = new Set<number>();

  constructor(options: MapOptions) {
    this.#options = options;
    this.#words = new Uint32Array(options.slots * RECORD_WORDS);
  }

  /** The table's memory, to be filled from its device before the first use. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer);
  }

  get slots(): number {
    return this.#options.slots;
  }

  get(key: Key): Location | undefined {
    this.counts.lookups += 1;
    for (let attempt = 0; attempt < this.#options.maxAttempts; attempt++) {
      this.counts.attempts += 1;
      const slot = this.#slot(key, attempt);
      const found = this.#read(slot);
      if (found === undefined) return undefined;
      if (this.#holds(slot, key, attempt) && !this.#isRemoved(slot)) return found;
    }
    return undefined;
  }

  /**
   * Records where a key's bytes are, in place of what was recorded before. Where that was younger its slot stays taken: a free
   * one would hide what lies behind it, once the older block is gone.
   */
  put(key: Key, location: Location): void {
    let moving = encode(key, location);
    let at = location;
    for (let attempt = 0; attempt < this.#options.maxAttempts; attempt++) {
      const slot = this.#slot(moving, attempt);
      const resident = this.#read(slot);
      const same = resident !== undefined && this.#holds(slot, moving, attempt);
      if (same && isOlder(at, resident)) {
        this.#markRemoved(slot);
        continue;
      }
      if (resident === undefined || same) return this.#write(slot, moving, attempt);
      if (!isOlder(resident, at)) continue;
      const displaced = this.#copy(slot);
      const isGone = this.#isRemoved(slot);
      const residentAttempt = (displaced[FLAGS] ?? 0) & ATTEMPT_MASK;
      this.#write(slot, moving, attempt);
      if (isGone) return;
      moving = displaced;
      at = resident;
      attempt = residentAttempt;
    }
    this.counts.overflows += 1;
  }

  /** Forgets a key's place and any older one. The slots stay taken, for the sake of what lies behind them. */
  remove(key: Key, location: Location): void {
    for (let attempt = 0; attempt < this.#options.maxAttempts; attempt++) {
      const slot = this.#slot(key, attempt);
      const found = this.#read(slot);
      if (found === undefined) return;
      if (this.#holds(slot, key, attempt) && !isOlder(location, found)) this.#markRemoved(slot);
    }
  }

  /** For some slots, the block that each one's record points to: records lie in no order, so these are like all the others. */
  sampleBlocks(): readonly (number | undefined)[] {
    const length = Math.min(SAMPLE_SLOTS, this.#options.slots);
    return Array.from({ length }, (_, slot) => this.#read(slot)?.block);
  }

  /** The records that changed since the last call, each with its slot in front. */
  takeChanges(): Uint32Array {
    const changes = new Uint32Array(this.#dirty.size * (1 + RECORD_WORDS));
    let at = 0;
    for (const slot of this.#dirty) {
      changes[at] = slot;
      changes.set(this.#record(slot), at + 1);
      at += 1 + RECORD_WORDS;
    }
    this.#dirty.clear();
    return changes;
  }

  /** Counts changes as not yet taken: what was to be done with them failed. */
  giveBack(changes: Uint32Array): void {
    for (let at = 0; at < changes.length; at += 1 + RECORD_WORDS) this.#dirty.add(changes[at] ?? 0);
  }

  #slot(key: Uint32Array, attempt: number): number {
    const [first = 0, second = 0] = this.#options.seed;
    const start = hashWords(first, key, 0, KEY_WORDS);
    if (attempt === 0) return start % this.#options.slots;
    const step = hashWords(second, key, 0, KEY_WORDS) | 1;
    return (start + attempt * (step >>> 0)) % this.#options.slots;
  }

  #record(slot: number): Uint32Array {
    return this.#words.subarray(slot * RECORD_WORDS, (slot + 1) * RECORD_WORDS);
  }

  #copy(slot: number): Uint32Array {
    return this.#words.slice(slot * RECORD_WORDS, (slot + 1) * RECORD_WORDS);
  }

  /** Where a slot's record points; `undefined` where the slot is free. */
  #read(slot: number): Location | undefined {
    const base = slot * RECORD_WORDS;
    const words = this.#words;
    const block = words[base + BLOCK] ?? 0;
    if (!this.#options.isLive(block) || words[base + CHECKSUM] !== this.#checksum(slot)) {
      return undefined;
    }
    return {
      block,
      offset: (words[base + OFFSET_HIGH] ?? 0) * TWO_32 + (words[base + OFFSET_LOW] ?? 0),
      length: (words[base + LENGTH_HIGH] ?? 0) * TWO_32 + (words[base + LENGTH_LOW] ?? 0),
    };
  }

  #holds(slot: number, key: Uint32Array, attempt: number): boolean {
    const base = slot * RECORD_WORDS;
    if (((this.#words[base + FLAGS] ?? 0) & ATTEMPT_MASK) !== attempt) return false;
    for (let word = 0; word < KEY_WORDS; word++) {
      if (this.#words[base + word] !== key[word]) return false;
    }
    return true;
  }

  #isRemoved(slot: number): boolean {
    return ((this.#words[slot * RECORD_WORDS + FLAGS] ?? 0) & REMOVED) !== 0;
  }

  #markRemoved(slot: number): void {
    const record = this.#copy(slot);
    record[FLAGS] = (record[FLAGS] ?? 0) | REMOVED;
    this.#store(slot, record);
  }

  #write(slot: number, record: Uint32Array, attempt: number): void {
    record[FLAGS] = attempt;
    this.#store(slot, record);
  }

  #store(slot: number, record: Uint32Array): void {
    this.#words.set(record, slot * RECORD_WORDS);
    this.#words[slot * RECORD_WORDS + CHECKSUM] = this.#checksum(slot);
    this.#dirty.add(slot);
    this.#options.onChange();
  }

  /** Of the record, this store and the slot: a record that ended up elsewhere is none. */
  #checksum(slot: number): number {
    const base = slot * RECORD_WORDS;
    const seed = (this.#options.seed[2] ?? 0) ^ Math.imul(slot, 0x9e3779b1);
    return hashWords(seed, this.#words, base, base + CHECKSUM);
  }
}

function encode(key: Key, { block, offset, length }: Location): Uint32Array {
  const record = new Uint32Array(RECORD_WORDS);
  record.set(key);
  record[BLOCK] = block;
  record[OFFSET_LOW] = offset % TWO_32;
  record[OFFSET_HIGH] = Math.floor(offset / TWO_32);
  record[LENGTH_LOW] = length % TWO_32;
  record[LENGTH_HIGH] = Math.floor(length / TWO_32);
  return record;
}
