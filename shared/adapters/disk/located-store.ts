import { StoreError } from "../../stores/store-error.ts";
import type { Block, Reservation } from "./block.ts";
import type { BlockDevice } from "./block-device.ts";
import type { BlockRing, Purpose } from "./block-ring.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Entries, Meaning } from "./entries.ts";
import type { Key } from "./key.ts";
import type { KeyLocationMap } from "./key-location-map.ts";
import type { Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";
import { readAt } from "./read-at.ts";
import { type Refresh, Refresher } from "./refresher.ts";
import type { LooseWrites } from "./loose-writes.ts";

export interface LocatedStoreOptions {
  readonly device: BlockDevice;
  readonly ring: BlockRing;
  readonly map: KeyLocationMap;
  readonly checkpoints: Checkpoints;
  readonly loose: LooseWrites;
  /** Random numbers of this store alone. */
  readonly seed: readonly number[];
  readonly blockBytes: number;
  readonly leaseMs: number;
  readonly now: () => number;
  /** Hears, in a sentence, of each entry that turned out damaged. */
  readonly onCorrupt: (what: string) => void;
  /** Hears of leases that no checkpoint has yet. */
  readonly onChange: () => void;
}

/** How long an upload waits for checkpoints and copies to make room. */
const MAX_WAIT_MS = 10_000;

/** Bytes of one read and one write of large entries. */
export const PIECE_BYTES: number = 256 * 1024;

/** Entries by key, on blocks: where blobs and action results alike are kept. Knows nothing of what they are. */
export class LocatedStore implements Entries {
  readonly #options: LocatedStoreOptions;
  readonly #refresher: Refresher;
  #corruptEntries = 0;
  #refreshedEntries = 0;
  #refreshedBytes = 0;
  /** Refreshes that wait for another to end. */
  #stuck = 0;

  constructor(options: LocatedStoreOptions) {
    this.#options = options;
    this.#refresher = new Refresher(async (refresh) => await this.#refresh(refresh));
  }

  /** Entries that were dropped because their bytes had changed. */
  get corruptEntries(): number {
    return this.#corruptEntries;
  }

  /** Entries, and their bytes, that were copied out of old blocks because they are in use. */
  get refreshed(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#refreshedEntries, bytes: this.#refreshedBytes };
  }

  /** Random numbers of this store alone, for keys that nobody outside can foresee. */
  get seed(): readonly number[] {
    return this.#options.seed;
  }

  get maxEntryBytes(): number {
    return this.#options.blockBytes;
  }

  /** Where a key's bytes are; from now on they stay readable for the lease. The key's memory may be used for the next. */
  use(key: Key, { verifier }: Meaning): Location | undefined {
    const { map, ring, now } = this.#options;
    const location = map.get(key);
    if (location === undefined) return undefined;
    const block = ring.blockOf(location.block);
    if (block === undefined) return undefined;
    const moves =
      ring.isOld(block.number) && this.#refresher.add(key.slice(), location, block, verifier);
    if (!moves) this.#lease(block, now());
    return location;
  }

  useAll(lookups: Lookups, meaningOf: (index: number) => Meaning): void {
    const { map, ring, now } = this.#options;
    const nowMs = now();
    map.getAll(lookups);
    let leased: number | undefined;
    for (let index = 0; index < lookups.count; index++) {
      if (!lookups.isFound(index) || lookups.blockOf(index) === leased) continue;
      const block = ring.blockOf(lookups.blockOf(index));
      if (block === undefined) {
        lookups.foundNothing(index);
      } else if (ring.isOld(block.number)) {
        const location = lookups.locationOf(index);
        const { verifier } = meaningOf(index);
        const moves = this.#refresher.add(lookups.keyOf(index), location, block, verifier);
        if (!moves) this.#lease(block, nowMs);
      } else {
        this.#lease(block, nowMs);
        leased = block.number;
      }
    }
  }

  /**
   * Room for an entry of `length` bytes, `aligned` where it is written in several pieces. Throws `StoreError` "exhausted" where
   * leases take all the room, "unavailable" where it does not come free in time.
   */
  reserve(
    length: number,
    aligned: boolean,
    signal?: AbortSignal,
  ): Reservation | Promise<Reservation> {
    signal?.throwIfAborted();
    const reservation = this.#tryReserve(length, aligned, "upload");
    return reservation ?? this.#reserve(length, aligned, "upload", signal);
  }

  /** Writes a part of an entry, `at` bytes behind its begin. */
  write(reservation: Reservation, at: number, bytes: Uint8Array): Promise<void> {
    return this.#options.device.write(this.#place(reservation, reservation) + at, bytes);
  }

  /** The entry is written, and can be found from now on. */
  commit(key: Key, reservation: Reservation): void {
    const { block, offset, length } = reservation;
    const owner = this.#options.ring.ownerOf(reservation);
    this.#options.map.put(key, { block, offset, length });
    this.#lease(owner);
    owner.commit();
    this.#options.loose.delete(reservation);
  }

  /** The entry was not written to its end. */
  giveBack(reservation: Reservation): void {
    this.#options.ring.ownerOf(reservation).giveBack(reservation);
    this.#options.loose.delete(reservation);
  }

  /**
   * Reads a part of an entry, or of its copy once its block was given up. Throws `StoreError` "unavailable" where that is gone
   * too: the lease is long over. One whose sectors cannot be read is dropped, and "corrupt".
   */
  read(key: Key, found: Location, at: number, target: Uint8Array): void | Promise<void> {
    const { ring, device } = this.#options;
    const block = ring.blockOf(found.block);
    if (block !== undefined && device.readNow(this.#place(block, found) + at, target)) return;
    return this.#readInTime(key, found, at, target);
  }

  readPlace(place: Location, target: Uint8Array): boolean | Promise<boolean> {
    const { ring, device } = this.#options;
    const block = ring.blockOf(place.block);
    if (block === undefined) return false;
    const at = this.#place(block, place);
    return device.readNow(at, target) || this.#readPlaceInTime(place, at, target);
  }

  async #readPlaceInTime(place: Location, at: number, target: Uint8Array): Promise<boolean> {
    const { ring, device } = this.#options;
    return (await readAt(device, at, target)) && ring.isLive(place.block);
  }

  async #readInTime(key: Key, found: Location, at: number, target: Uint8Array): Promise<void> {
    const { ring, device } = this.#options;
    let location: Location;
    do {
      location = this.#whereNow(key, found);
      const block = ring.blockOf(location.block);
      try {
        if (block !== undefined) await device.read(this.#place(block, location) + at, target);
      } catch (error) {
        if (error instanceof StoreError && error.code === "corrupt") this.drop(key, location);
        throw error;
      }
      // Another block may have been written there meanwhile.
    } while (!ring.isLive(location.block));
  }

  /** Forgets a damaged entry, and that one alone. */
  drop(key: Key, location: Location): void {
    if (!this.#isStillAt(key, location)) return;
    this.#corruptEntries += 1;
    this.#options.map.remove(key, location);
    const { block, offset, length } = location;
    this.#options.onCorrupt(
      `an entry of ${length} bytes, at ${offset} of block ${block}, was damaged and is dropped`,
    );
  }

  /** Ends the copies under way, and begins no other. */
  async stopCopies(): Promise<void> {
    await this.#refresher.stop();
  }

  #place(block: Pick<Block, "region">, location: Location): number {
    return block.region * this.#options.blockBytes + location.offset;
  }

  #lease(block: Block, nowMs: number = this.#options.now()): void {
    block.extendLease(nowMs + this.#options.leaseMs);
    if (block.leaseEndsMs > block.recordedLeaseEndsMs) this.#options.onChange();
  }

  async #reserve(
    length: number,
    aligned: boolean,
    purpose: Purpose,
    signal?: AbortSignal,
  ): Promise<Reservation> {
    const { ring, checkpoints, now } = this.#options;
    const giveUpMs = now() + MAX_WAIT_MS;
    while (now() < giveUpMs) {
      signal?.throwIfAborted();
      const reservation = this.#tryReserve(length, aligned, purpose);
      if (reservation !== undefined) return reservation;
      if (ring.hasParked) await checkpoints.run();
      else if (!(await this.#copyEnds(purpose))) break;
    }
    throw new StoreError("unavailable", "every block of the cache is in use just now; try again");
  }

  #tryReserve(length: number, aligned: boolean, purpose: Purpose): Reservation | undefined {
    const { ring, loose, blockBytes } = this.#options;
    if (length > blockBytes) {
      throw new StoreError(
        "too-large",
        `${length} bytes are more than one block of the cache has, ${blockBytes}; raise --size`,
      );
    }
    const reservation = ring.reserve(length, aligned, purpose);
    if (reservation !== undefined && !aligned) loose.add(reservation);
    return reservation;
  }

  /** Waits for a copy to end, which may let a block go. Whether there was one that will. */
  async #copyEnds(purpose: Purpose): Promise<boolean> {
    const self = purpose === "refresh" ? 1 : 0;
    if (this.#refresher.running - this.#stuck - self <= 0) return false;
    this.#stuck += self;
    await this.#refresher.progress();
    this.#stuck -= self;
    return true;
  }

  /** Copies an entry to a new block; where that fails, its old block is kept for the lease. */
  async #refresh(refresh: Refresh): Promise<void> {
    const { length } = refresh.location;
    try {
      const reservation = await this.#reserve(length, isAligned(length), "refresh");
      await this.#copyTo(reservation, refresh);
    } catch {
      this.#lease(refresh.block);
    }
  }

  async #copyTo(reservation: Reservation, refresh: Refresh): Promise<void> {
    const { key, location } = refresh;
    const isSound = await this.#copy(refresh, reservation).catch((error: unknown) => {
      this.giveBack(reservation);
      throw error;
    });
    // It may have been replaced or dropped meanwhile.
    const isWanted = isSound && this.#isStillAt(key, location);
    if (isWanted) {
      this.commit(key, reservation);
      this.#refreshedEntries += 1;
      this.#refreshedBytes += location.length;
    } else this.giveBack(reservation);
    if (!isSound) this.drop(key, location);
  }

  async #copy({ key, location, verifier }: Refresh, reservation: Reservation): Promise<boolean> {
    const check = verifier(location.length);
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, location.length));
    for (let at = 0; at < location.length; at += PIECE_BYTES) {
      const piece = buffer.subarray(0, Math.min(PIECE_BYTES, location.length - at));
      await this.read(key, location, at, piece);
      check.update(piece);
      await this.write(reservation, at, piece);
    }
    return await check.finish();
  }

  #whereNow(key: Key, found: Location): Location {
    const { ring, map } = this.#options;
    if (ring.isLive(found.block)) return found;
    const copy = map.get(key);
    if (copy?.length === found.length) return copy;
    throw new StoreError("unavailable", "the entry was evicted while it was being read; try again");
  }

  #isStillAt(key: Key, location: Location): boolean {
    const now = this.#options.map.get(key);
    return now !== undefined && now.block === location.block && now.offset === location.offset;
  }
}

/** Whether an entry of this length is written piece by piece: others are at hand whole, and are packed without gaps. */
export function isAligned(length: number): boolean {
  return length > SMALL_BYTES;
}

const SMALL_BYTES = 64 * 1024;
