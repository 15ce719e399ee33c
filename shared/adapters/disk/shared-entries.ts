import { StoreError } from "../../stores/store-error.ts";
import type { Reservation } from "./block.ts";
import type { BlockDevice } from "./block-device.ts";
import type { BlockTable } from "./block-table.ts";
import type { Entries, Meaning } from "./entries.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";
import type { MapCounts } from "./map-table.ts";
import { MapReader } from "./map-reader.ts";
import { OldUses } from "./old-uses.ts";
import { OwnerCalls } from "./owner-calls.ts";
import type { Answer, Line, Message } from "./owner-messages.ts";
import { readAt } from "./read-at.ts";
import { AtomicWords, type SharedWords } from "./shared-words.ts";
import { partsOf, type StoreMemory } from "./store-memory.ts";

export interface SharedEntriesOptions {
  readonly memory: StoreMemory;
  /** This thread's own way to the blocks. */
  readonly device: BlockDevice;
  readonly line: Line<Message, Answer>;
  readonly now: () => number;
  /** Calls at the end of a turn of this thread's work. */
  readonly soon: (act: () => void) => void;
  /** How memory is shared with other threads, where a test looks on. */
  readonly wordsIn?: (memory: SharedArrayBuffer) => SharedWords;
  readonly tableIn?: (memory: SharedArrayBuffer) => Uint32Array;
}

/**
 * The entries of a store that another thread owns. What is there is found, leased and read in shared memory, without asking; whatever
 * changes the store is the owner's to do.
 */
export class SharedEntries implements Entries {
  readonly seed: readonly number[];
  readonly maxEntryBytes: number;
  readonly #options: SharedEntriesOptions;
  readonly #table: BlockTable;
  readonly #map: MapReader;
  readonly #owner: OwnerCalls;
  readonly #oldUses: OldUses;

  constructor(options: SharedEntriesOptions) {
    const { memory, line, soon } = options;
    const { geometry, seed } = memory;
    this.#options = options;
    this.seed = seed;
    this.maxEntryBytes = geometry.blockBytes;
    const words = options.wordsIn?.(memory.words) ?? new AtomicWords(memory.words);
    const { lock, table } = partsOf(memory, words);
    this.#table = table;
    this.#map = new MapReader({
      words: options.tableIn?.(memory.map) ?? new Uint32Array(memory.map),
      lock,
      slots: geometry.slots,
      maxAttempts: geometry.maxAttempts,
      seed: Uint32Array.from(seed),
      isLive: (block) => table.wasLive(block),
    });
    this.#owner = new OwnerCalls(line, soon);
    this.#oldUses = new OldUses(
      table,
      (block, uses) => this.#owner.tell({ kind: "use", block, uses }),
      soon,
    );
  }

  get counts(): Readonly<MapCounts> {
    return this.#map.counts;
  }

  use(key: Key, meaning: Meaning): Location | undefined {
    const nowMs = this.#options.now();
    for (;;) {
      const location = this.#map.get(key);
      // One that was given up meanwhile may have been copied before.
      if (location === undefined || this.#keep(key, location, meaning, nowMs)) return location;
    }
  }

  useAll(lookups: Lookups, meaningOf: (index: number) => Meaning): void {
    const nowMs = this.#options.now();
    this.#map.getAll(lookups);
    let leased: number | undefined;
    for (let index = 0; index < lookups.count; index++) {
      if (!lookups.isFound(index) || lookups.blockOf(index) === leased) continue;
      const key = lookups.keyOf(index);
      const location = lookups.locationOf(index);
      const meaning = meaningOf(index);
      if (!this.#keep(key, location, meaning, nowMs)) lookups.set(index, this.use(key, meaning));
      else if (!this.#isOld(location.block)) leased = location.block;
    }
  }

  async reserve(length: number, aligned: boolean, signal?: AbortSignal): Promise<Reservation> {
    signal?.throwIfAborted();
    const reservation = await this.#owner.ask({ kind: "reserve", length, aligned });
    if (reservation === undefined) throw new Error("the owner has reserved nothing");
    if (signal?.aborted === true) this.giveBack(reservation);
    signal?.throwIfAborted();
    return reservation;
  }

  write({ region, offset }: Reservation, at: number, bytes: Uint8Array): Promise<void> {
    return this.#options.device.write(this.#place(region, offset) + at, bytes);
  }

  async commit(key: Key, { block, offset }: Reservation): Promise<void> {
    await this.#owner.ask({ kind: "commit", key, place: { block, offset } });
  }

  giveBack({ block, offset }: Reservation): void {
    this.#owner.tell({ kind: "give-back", place: { block, offset } });
  }

  read(key: Key, found: Location, at: number, target: Uint8Array): void | Promise<void> {
    if (!this.#readNow(found, at, target)) return this.#readInTime(key, found, at, target);
  }

  #readNow({ block, offset }: Location, at: number, target: Uint8Array): boolean {
    if (!this.#table.isLive(block)) return false;
    const place = this.#place(this.#table.regionOf(block), offset) + at;
    // Another block may have been written there meanwhile.
    return this.#options.device.readNow(place, target) && this.#table.isLive(block);
  }

  readPlace(place: Location, target: Uint8Array): boolean | Promise<boolean> {
    return this.#readNow(place, 0, target) || this.#readPlaceInTime(place, target);
  }

  async #readPlaceInTime({ block, offset }: Location, target: Uint8Array): Promise<boolean> {
    if (!this.#table.isLive(block)) return false;
    const at = this.#place(this.#table.regionOf(block), offset);
    return (await readAt(this.#options.device, at, target)) && this.#table.isLive(block);
  }

  async #readInTime(key: Key, found: Location, at: number, target: Uint8Array): Promise<void> {
    let location: Location;
    do {
      location = this.#whereNow(key, found);
      const region = this.#table.regionOf(location.block);
      try {
        await this.#options.device.read(this.#place(region, location.offset) + at, target);
      } catch (error) {
        if (isCorrupt(error)) await this.drop(key, location);
        throw error;
      }
      // Another block may have been written there meanwhile.
    } while (!this.#table.isLive(location.block));
  }

  async drop(key: Key, location: Location): Promise<void> {
    await this.#owner.ask({ kind: "drop", key, location });
  }

  /** Whether the entry stays where it is for the lease, or until the owner copies it; not if its block was given up. */
  #keep(key: Key, location: Location, { name }: Meaning, nowMs: number): boolean {
    const isOld = this.#isOld(location.block);
    const holding = isOld ? this.#oldUses.add(key, location, name) : "full";
    if (holding !== "full") return holding === "held";
    const leasing = this.#table.lease(location.block, nowMs + this.#options.memory.leaseMs);
    if (leasing === "unrecorded" && this.#table.mustTell()) this.#owner.tell({ kind: "leased" });
    return leasing !== "gone";
  }

  #isOld(block: number): boolean {
    const { currentBlocks, newBlocks } = this.#options.memory.geometry;
    return this.#table.nextNumber - block > currentBlocks + newBlocks;
  }

  #whereNow(key: Key, found: Location): Location {
    if (this.#table.isLive(found.block)) return found;
    const copy = this.#map.get(key);
    if (copy?.length === found.length) return copy;
    throw new StoreError("unavailable", "the entry was evicted while it was being read; try again");
  }

  #place(region: number, offset: number): number {
    return region * this.#options.memory.geometry.blockBytes + offset;
  }
}

function isCorrupt(error: unknown): boolean {
  return error instanceof StoreError && error.code === "corrupt";
}
