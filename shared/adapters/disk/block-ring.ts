import { StoreError } from "../../stores/store-error.ts";
import { Block, type Reservation } from "./block.ts";
import type { BlockTable } from "./block-table.ts";
import { blockCount, type Geometry } from "./geometry.ts";

/** The part of a lease by which it is recorded too long: so a block that is in use all the time is recorded seldom. */
const RECORDED_AHEAD = 1 / 16;

/** What of a block outlives the process. */
export interface BlockRecord {
  readonly number: number;
  readonly region: number;
  readonly usedBytes: number;
  readonly begunMs: number;
  readonly leaseEndsMs: number;
}

/** What a reservation is for: copies of what is in use come before new entries, for they are what lets old blocks go. */
export type Purpose = "upload" | "refresh";

export interface RingOptions {
  readonly geometry: Geometry;
  /** What other threads see of the blocks, and do to them. */
  readonly table: BlockTable;
  readonly now: () => number;
  readonly leaseMs: number;
  /** What survived; empty for a new store. */
  readonly blocks: readonly BlockRecord[];
  readonly nextNumber: number;
}

/**
 * The blocks of a store, in the order in which they were begun: old ones, which go first; current ones; and new ones, which take
 * entries. When no new block has room, one is begun, and the oldest is given up, unless a lease, a copy or an upload keeps it.
 */
export class BlockRing {
  readonly #geometry: Geometry;
  readonly #table: BlockTable;
  readonly #now: () => number;
  readonly #leaseMs: number;
  readonly #blocks: Block[];
  readonly #free: number[];
  /** Regions of blocks that were given up, which what is on disk still names. */
  #parked: number[] = [];
  #nextNumber: number;
  #placements = 0;
  /** How old the block was that was given up last: how long the store keeps what nobody uses. */
  #retentionMs: number | undefined;

  constructor(options: RingOptions) {
    this.#geometry = options.geometry;
    this.#table = options.table;
    this.#now = options.now;
    this.#leaseMs = options.leaseMs;
    this.#nextNumber = options.nextNumber;
    this.#blocks = options.blocks.map(({ usedBytes, leaseEndsMs, ...rest }) => {
      const block = new Block({ ...rest, end: usedBytes }, options.geometry);
      block.extendLease(Math.min(leaseEndsMs, this.#now() + this.#leaseMs));
      block.recordedLeaseEndsMs = leaseEndsMs;
      return block;
    });
    this.#table.clear();
    for (const { number, region } of this.#blocks) this.#table.begin(number, region);
    this.#table.setNextNumber(this.#nextNumber);
    const taken = new Set(this.#blocks.map(({ region }) => region));
    const regions = Array.from({ length: blockCount(options.geometry) }, (_, region) => region);
    this.#free = regions.filter((region) => !taken.has(region));
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  /** Milliseconds between the begin and the end of the block that was given up last. */
  get retentionMs(): number | undefined {
    return this.#retentionMs;
  }

  get usedBytes(): number {
    return this.#blocks.reduce((sum, block) => sum + block.usedBytes, 0);
  }

  /** Whether a checkpoint would free a region. */
  get hasParked(): boolean {
    return this.#parked.length > 0;
  }

  isLive(number: number): boolean {
    return this.blockOf(number) !== undefined;
  }

  blockOf(number: number): Block | undefined {
    const index = number - (this.#blocks[0]?.number ?? number);
    // To look for what no array has takes many times as long.
    return index >= 0 && index < this.#blocks.length ? this.#blocks[index] : undefined;
  }

  /** The block of a reservation, which is not given up before that ends. */
  ownerOf({ block }: Reservation): Block {
    const owner = this.blockOf(block);
    if (owner === undefined) throw new Error(`block ${block} was given up under a reservation`);
    return owner;
  }

  /** Whether an entry in this block should move to a new one when it is used. */
  isOld(number: number): boolean {
    const { currentBlocks, newBlocks } = this.#geometry;
    return this.#nextNumber - number > currentBlocks + newBlocks;
  }

  /**
   * Room for an entry. `undefined` where there is none until a checkpoint, or until the oldest block is no longer busy. Throws
   * `StoreError` "exhausted" where there is none before a lease ends.
   */
  reserve(length: number, aligned: boolean, purpose: Purpose): Reservation | undefined {
    this.#trim();
    const isOverFull = this.#blocks.length > this.wantedBlocks;
    // Copies have begun a block beyond those, and need it to let the oldest go: uploads would leave it stuck between two.
    if (purpose === "upload" && isOverFull && this.#stateOfOldest() === "busy") return undefined;
    for (;;) {
      const reservation = this.#place(length, aligned);
      if (reservation !== undefined) return reservation;
      if (!this.#begin(purpose)) return undefined;
    }
  }

  /** Aligns what comes next; what was given up before may be used again once `release` is called with the result. */
  seal(): { blocks: readonly BlockRecord[]; parked: readonly number[] } {
    // Before the leases are looked at: threads tell of those that come later.
    this.#table.heard();
    const fresh = this.#fresh();
    for (const block of fresh) block.seal();
    return {
      blocks: this.#blocks.map((block) => this.#recordOf(block)),
      parked: [...this.#parked],
    };
  }

  #recordOf(block: Block): BlockRecord {
    const { number, region, usedBytes, begunMs } = block;
    // What awaits its copy was promised, and is forgotten with the process.
    const isAwaited = block.isBusy || this.#table.isHeld(number);
    const leasedMs = Math.max(block.leaseEndsMs, this.#table.leaseEndsMs(number));
    const endsMs = isAwaited ? this.#now() + this.#leaseMs : leasedMs;
    const leaseEndsMs = endsMs + this.#leaseMs * RECORDED_AHEAD;
    block.recordedLeaseEndsMs = leaseEndsMs;
    this.#table.record(number, leaseEndsMs);
    return { number, region, usedBytes, begunMs, leaseEndsMs };
  }

  /** Nothing on disk names these regions any more. */
  release(regions: readonly number[]): void {
    this.#parked = this.#parked.filter((region) => !regions.includes(region));
    this.#free.push(...regions);
  }

  #fresh(): readonly Block[] {
    return this.#blocks.slice(-this.#geometry.newBlocks);
  }

  /**
   * Block i of n gets 2^(n-i-1) entries in turn: so they fill at different times, and what was written together does not grow old
   * together.
   */
  #place(length: number, aligned: boolean): Reservation | undefined {
    const fresh = this.#fresh();
    if (fresh.length < this.#geometry.newBlocks) return undefined;
    const rounds = 2 ** fresh.length - 1;
    const turn = this.#placements++ % rounds;
    const first = fresh.length - 1 - Math.floor(Math.log2(rounds - turn));
    for (let step = 0; step < fresh.length; step++) {
      const block = fresh[(first + step) % fresh.length];
      const reservation = block?.reserve(length, aligned);
      if (reservation !== undefined) return reservation;
    }
    return undefined;
  }

  /** Whether a block could be begun. */
  #begin(purpose: Purpose): boolean {
    this.#trim();
    const isFull = this.#blocks.length >= this.wantedBlocks;
    if (isFull && purpose === "upload") {
      const oldest = this.#stateOfOldest();
      if (oldest === "leased") throw exhausted();
      if (oldest === "busy") return false;
    }
    // The last free region is for copies: without them the oldest block would never come free.
    const kept = isFull && purpose === "upload" ? 1 : 0;
    const region = this.#free.length > kept ? this.#free.shift() : undefined;
    if (region === undefined) return false;
    const number = this.#nextNumber++;
    const begunMs = this.#now();
    this.#blocks.push(new Block({ number, region, begunMs, end: 0 }, this.#geometry));
    this.#table.begin(number, region);
    this.#table.setNextNumber(this.#nextNumber);
    this.#trim();
    return true;
  }

  /** Blocks that there are when the store is full. */
  get wantedBlocks(): number {
    const { oldBlocks, currentBlocks, newBlocks } = this.#geometry;
    return oldBlocks + currentBlocks + newBlocks;
  }

  /** Gives up blocks beyond those that there should be. */
  #trim(): void {
    while (this.#blocks.length > this.wantedBlocks && this.#stateOfOldest() === "expendable") {
      const [block] = this.#blocks;
      // A thread may have leased it just now.
      if (block === undefined || !this.#table.giveUp(block.number, this.#now())) return;
      this.#blocks.shift();
      this.#parked.push(block.region);
      this.#retentionMs = this.#now() - block.begunMs;
    }
  }

  #stateOfOldest(): "busy" | "leased" | "expendable" {
    const oldest = this.#blocks[0];
    if (oldest === undefined || oldest.isBusy || this.#table.isHeld(oldest.number)) return "busy";
    const leasedMs = Math.max(oldest.leaseEndsMs, this.#table.leaseEndsMs(oldest.number));
    return leasedMs > this.#now() ? "leased" : "expendable";
  }
}

function exhausted(): StoreError {
  return new StoreError(
    "exhausted",
    "the cache is full of what builds of the last hours may still rely on; raise --size",
  );
}
