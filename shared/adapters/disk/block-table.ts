import type { SharedWords } from "./shared-words.ts";

/** The words of a block. */
const NUMBER = 0;
const REGION = 1;
/** The lease that threads have given it and how many of them hold it, or that it was given up. */
const STATE = 2;
/** The lease that a checkpoint has. */
const RECORDED = 3;

/** As many as a cache line has, so that threads at different blocks do not meet. */
const BLOCK_WORDS = 16;

/** Words before the blocks. */
const NEXT_NUMBER = 0;
const IS_TOLD = 1;
const HEADER_WORDS = 16;

const GIVEN_UP = -1;
const HOLD_BITS = 8;
const MAX_HOLDS = 2 ** HOLD_BITS - 1;
const MAX_UNITS = 2 ** (31 - HOLD_BITS) - 1;

/** Leases are counted in a part of their length: so a block that is in use all the time is written seldom. */
const UNITS_PER_LEASE = 128;

export interface BlockTableOptions {
  readonly words: SharedWords;
  /** The first of its words. */
  readonly at: number;
  /** Blocks that there may be at once. */
  readonly blocks: number;
  readonly leaseMs: number;
  /** The time from which leases are counted. */
  readonly epochMs: number;
}

/** What became of a lease: given, and in need of a checkpoint, or not given since the block is gone. */
export type Leasing = "leased" | "unrecorded" | "gone";

/**
 * What threads other than the owner have to know of the blocks, and the leases that they give. Lease, holds and end of a block are one
 * word: a promise is made before the block is given up, and then seen, or not at all. Whoever finds a block's number behind what it
 * did, did it to that block, since numbers only grow.
 */
export class BlockTable {
  readonly #words: SharedWords;
  readonly #at: number;
  /** Places for blocks, less one: a power of two, so that a block's place takes no division. */
  readonly #mask: number;
  readonly #unitMs: number;
  readonly #epochMs: number;
  /** For each place, a block and until when this thread knows it to be leased: it cannot go before. */
  readonly #knownNumbers: Int32Array;
  readonly #knownEndsMs: Float64Array;

  constructor({ words, at, blocks, leaseMs, epochMs }: BlockTableOptions) {
    this.#words = words;
    this.#at = at;
    const places = placesFor(blocks);
    this.#mask = places - 1;
    this.#knownNumbers = new Int32Array(places);
    this.#knownEndsMs = new Float64Array(places);
    this.#unitMs = Math.max(1, Math.floor(leaseMs / UNITS_PER_LEASE));
    // Clocks are set back, too.
    this.#epochMs = epochMs - this.#unitMs * Math.floor(MAX_UNITS / 2);
  }

  static wordsFor(blocks: number): number {
    return HEADER_WORDS + placesFor(blocks) * BLOCK_WORDS;
  }

  /** For the owner, before anybody else looks. */
  clear(): void {
    for (let number = 0; number <= this.#mask; number++) {
      this.#words.store(this.#of(number) + STATE, GIVEN_UP);
    }
  }

  /** For the owner: how many blocks were begun, and one more. */
  setNextNumber(number: number): void {
    this.#words.store(this.#at + NEXT_NUMBER, number);
  }

  get nextNumber(): number {
    return this.#words.peek(this.#at + NEXT_NUMBER);
  }

  /** For the owner: from now on the block can be found. The one before in its place was given up. */
  begin(number: number, region: number): void {
    const at = this.#of(number);
    this.#words.store(at + NUMBER, number);
    this.#words.store(at + REGION, region);
    this.#words.store(at + RECORDED, 0);
    this.#words.store(at + STATE, 0);
  }

  /** For the owner: gives the block up, unless a thread holds it or has leased it. */
  giveUp(number: number, nowMs: number): boolean {
    const at = this.#of(number) + STATE;
    const state = this.#words.load(at);
    if (holdsOf(state) > 0 || this.#endOf(state) > nowMs) return false;
    return this.#words.replace(at, state, GIVEN_UP);
  }

  /** For the owner: until when threads have leased the block. */
  leaseEndsMs(number: number): number {
    return this.#endOf(this.#words.load(this.#of(number) + STATE));
  }

  /** Whether a thread has told, or will tell, the owner of a use of the block. */
  isHeld(number: number): boolean {
    return holdsOf(this.#words.load(this.#of(number) + STATE)) > 0;
  }

  /** For the owner: a checkpoint has, or will have, the block leased until then. */
  record(number: number, leaseEndsMs: number): void {
    this.#words.store(this.#of(number) + RECORDED, Math.floor(this.#unitsAt(leaseEndsMs)));
  }

  isLive(number: number): boolean {
    const at = this.#of(number);
    // In this order: the next block in its place has another number before it is open.
    return this.#words.load(at + STATE) !== GIVEN_UP && this.#words.load(at + NUMBER) === number;
  }

  /** Whether the block is live, or was when the thread last looked at the map's lock: for what is found to be leased or held next. */
  wasLive(number: number): boolean {
    const at = this.#of(number);
    return this.#words.peek(at + STATE) !== GIVEN_UP && this.#words.peek(at + NUMBER) === number;
  }

  /** The block's part of the device; of a block that was given up meanwhile, any. */
  regionOf(number: number): number {
    return this.#words.load(this.#of(number) + REGION);
  }

  /** Keeps the block until then at least; what is told as "unrecorded" is so once. */
  lease(number: number, endsMs: number): Leasing {
    const place = number & this.#mask;
    if (this.#knownNumbers[place] === number && endsMs <= (this.#knownEndsMs[place] ?? 0)) {
      return "leased";
    }
    const at = this.#of(number);
    const units = Math.ceil(this.#unitsAt(endsMs));
    for (;;) {
      const state = this.#words.load(at + STATE);
      if (state === GIVEN_UP) return "gone";
      const extended = (units << HOLD_BITS) | holdsOf(state);
      if (extended > state && !this.#words.replace(at + STATE, state, extended)) continue;
      if (this.#words.load(at + NUMBER) !== number) return "gone";
      this.#knownNumbers[place] = number;
      this.#knownEndsMs[place] = this.#endOf(Math.max(state, extended));
      return units > this.#words.peek(at + RECORDED) ? "unrecorded" : "leased";
    }
  }

  /** Keeps the block until `release`; "full" where too many do. */
  hold(number: number): "held" | "full" | "gone" {
    const at = this.#of(number);
    for (;;) {
      const state = this.#words.load(at + STATE);
      if (state === GIVEN_UP) return "gone";
      if (holdsOf(state) === MAX_HOLDS) return "full";
      if (!this.#words.replace(at + STATE, state, state + 1)) continue;
      if (this.#words.load(at + NUMBER) === number) return "held";
      this.release(number);
      return "gone";
    }
  }

  release(number: number): void {
    const at = this.#of(number) + STATE;
    for (;;) {
      const state = this.#words.load(at);
      if (this.#words.replace(at, state, state - 1)) return;
    }
  }

  /** Whether the owner has to be told that there are leases that no checkpoint has: the first to ask tells it. */
  mustTell(): boolean {
    return this.#words.replace(this.#at + IS_TOLD, 0, 1);
  }

  /** For the owner: what it was told of is about to be seen to, and it wants to hear of what comes from now on. */
  heard(): void {
    this.#words.store(this.#at + IS_TOLD, 0);
  }

  /** A block's words: as no more are live than there is room for, and their numbers have no gaps, each has its own. */
  #of(number: number): number {
    return this.#at + HEADER_WORDS + (number & this.#mask) * BLOCK_WORDS;
  }

  #unitsAt(ms: number): number {
    return Math.max(0, Math.min(MAX_UNITS, (ms - this.#epochMs) / this.#unitMs));
  }

  #endOf(state: number): number {
    const units = state >> HOLD_BITS;
    return units <= 0 ? 0 : this.#epochMs + units * this.#unitMs;
  }
}

function placesFor(blocks: number): number {
  return 2 ** Math.ceil(Math.log2(blocks));
}

function holdsOf(state: number): number {
  return state === GIVEN_UP ? 0 : state & MAX_HOLDS;
}
