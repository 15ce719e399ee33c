import type { Key } from "./key.ts";
import { isOlder, type Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";
import {
  attemptOf,
  encodeRecord,
  type MapCounts,
  MapTable,
  RECORD_BYTES,
  RECORD_WORDS,
  type TableOptions,
} from "./map-table.ts";
import type { SequenceLock } from "./sequence-lock.ts";

/** Slots that tell enough of the whole table, and take no time to look at. */
const SAMPLE_SLOTS = 16_384;

export interface MapOptions extends TableOptions {
  /** Tells other threads that read the words of changes under way. */
  readonly lock: SequenceLock;
  /** Hears of each change. */
  readonly onChange: () => void;
}

/**
 * The key-location map: an open hash table in one buffer, in which the young displace the old. A record that finds a younger one
 * in its slot tries its next slot; one that finds an older one takes its place, and the older moves on. So what falls out when
 * the table is full is the oldest, which would have gone first in any case. Nothing is ever deleted to make room: records of
 * blocks that are gone are free slots.
 */
export class KeyLocationMap {
  readonly #options: MapOptions;
  readonly #table: MapTable;
  readonly #dirty = new Set<number>();

  constructor(options: MapOptions) {
    this.#options = options;
    this.#table = new MapTable(options);
  }

  /** The table's memory, to be filled from its device before the first use. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#options.words.buffer);
  }

  /** Drops what is not as this store wrote it, of the records in a part of `bytes` that has been filled. */
  check(offset: number, length: number): void {
    const first = offset / RECORD_BYTES;
    this.#table.freeWrong(first, first + length / RECORD_BYTES);
  }

  get slots(): number {
    return this.#options.slots;
  }

  get counts(): MapCounts {
    return this.#table.counts;
  }

  get(key: Key): Location | undefined {
    return this.#table.find(key);
  }

  getAll(lookups: Lookups): void {
    this.#table.expect(lookups);
    for (let index = 0; index < lookups.count; index++) this.#table.findExpected(lookups, index);
  }

  /**
   * Records where a key's bytes are, in place of what was recorded before. Where that was younger its slot stays taken: a free
   * one would hide what lies behind it, once the older block is gone.
   */
  put(key: Key, location: Location): void {
    this.#change(() => this.#put(encodeRecord(key, location), location));
  }

  /** Forgets a key's place and any older one. The slots stay taken, for the sake of what lies behind them. */
  remove(key: Key, location: Location): void {
    this.#change(() => this.#remove(key, location));
  }

  /** For some slots, the block that each one's record points to: records lie in no order, so these are like all the others. */
  sampleBlocks(): readonly (number | undefined)[] {
    const length = Math.min(SAMPLE_SLOTS, this.#options.slots);
    return Array.from({ length }, (_, slot) => this.#table.read(slot)?.block);
  }

  /** The records that changed since the last call, each with its slot in front. */
  takeChanges(): Uint32Array {
    const changes = new Uint32Array(this.#dirty.size * (1 + RECORD_WORDS));
    let at = 0;
    for (const slot of this.#dirty) {
      changes[at] = slot;
      this.#table.copyRecord(slot, changes, at + 1);
      at += 1 + RECORD_WORDS;
    }
    this.#dirty.clear();
    return changes;
  }

  /** Counts changes as not yet taken: what was to be done with them failed. */
  giveBack(changes: Uint32Array): void {
    for (let at = 0; at < changes.length; at += 1 + RECORD_WORDS) this.#dirty.add(changes[at] ?? 0);
  }

  #change(act: () => void): void {
    this.#options.lock.beginChange();
    act();
    this.#options.lock.endChange();
    this.#options.onChange();
  }

  #put(record: Uint32Array, location: Location): void {
    const table = this.#table;
    let moving = record;
    let at = location;
    for (let attempt = 0; attempt < this.#options.maxAttempts; attempt++) {
      const slot = table.slot(moving, attempt);
      const resident = table.read(slot);
      const same = resident !== undefined && table.holds(slot, moving, attempt);
      if (same && isOlder(at, resident)) {
        this.#markRemoved(slot);
        continue;
      }
      if (resident === undefined || same) return this.#write(slot, moving, attempt);
      if (!isOlder(resident, at)) continue;
      const displaced = table.record(slot).slice();
      const isGone = table.isRemoved(slot);
      this.#write(slot, moving, attempt);
      if (isGone) return;
      moving = displaced;
      at = resident;
      attempt = attemptOf(displaced);
    }
    this.counts.overflows += 1;
  }

  #remove(key: Key, location: Location): void {
    const table = this.#table;
    for (let attempt = 0; attempt < this.#options.maxAttempts; attempt++) {
      const slot = table.slot(key, attempt);
      const found = table.read(slot);
      if (found === undefined) return;
      if (table.holds(slot, key, attempt) && !isOlder(location, found)) this.#markRemoved(slot);
    }
  }

  #markRemoved(slot: number): void {
    this.#table.markRemoved(slot);
    this.#dirty.add(slot);
  }

  #write(slot: number, record: Uint32Array, attempt: number): void {
    this.#table.write(slot, record, attempt);
    this.#dirty.add(slot);
  }
}
