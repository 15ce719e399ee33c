import type { Block } from "./block.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";

/** One entry to be copied to a new block. */
export interface Refresh {
  readonly key: Key;
  readonly location: Location;
  readonly block: Block;
  /** Ends the block's hold. */
  readonly release: () => void;
  readonly verifier: VerifierFactory;
}

/** Checks an entry's bytes, piece by piece, against what they should be. */
export interface Verifier {
  update(bytes: Uint8Array): void;
  /** Whether all that was given is right. */
  finish(): Promise<boolean>;
}

/** Makes the verifier of an entry of so many bytes. */
export type VerifierFactory = (length: number) => Verifier;

/** Entries that may await their copy; beyond these a block is kept as a whole for the lease. */
const MAX_WAITING = 65_536;

const WORKERS = 4;

/**
 * Copies entries of old blocks that are in use to new ones, each once however often it is asked for, those of the oldest block
 * first: the block can then be given up. A block with entries that wait is not.
 */
export class Refresher {
  readonly #copy: (refresh: Refresh) => Promise<void>;
  /** By block, and by place in it. */
  readonly #waiting = new Map<number, Map<number, Refresh>>();
  readonly #taken = new Set<Refresh>();
  #count = 0;
  #workers = 0;
  #isStopped = false;
  #progress = Promise.withResolvers<void>();

  /** `copy` must not throw. */
  constructor(copy: (refresh: Refresh) => Promise<void>) {
    this.#copy = copy;
  }

  /** Entries that are being copied. */
  get running(): number {
    return this.#taken.size;
  }

  /** Takes an entry to be copied; `false` where too many wait. */
  add(key: Key, location: Location, block: Block, verifier: VerifierFactory): boolean {
    const inBlock = this.#waiting.get(block.number) ?? new Map<number, Refresh>();
    if (inBlock.has(location.offset)) return true;
    if (this.#count >= MAX_WAITING) return false;
    this.#waiting.set(block.number, inBlock);
    inBlock.set(location.offset, { key, location, block, release: block.hold(), verifier });
    this.#count += 1;
    if (this.#workers < WORKERS) void this.#work();
    return true;
  }

  /** Begins no copy any more, and resolves when those under way have ended. What waits keeps its block. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    while (this.running > 0) await this.progress();
  }

  /** Resolves when the next entry is done with. */
  async progress(): Promise<void> {
    await this.#progress.promise;
  }

  async #work(): Promise<void> {
    this.#workers += 1;
    for (let refresh = this.#take(); refresh !== undefined; refresh = this.#take()) {
      await this.#copy(refresh);
      this.#forget(refresh);
    }
    this.#workers -= 1;
  }

  #take(): Refresh | undefined {
    if (this.#isStopped) return undefined;
    const oldestFirst = [...this.#waiting.keys()].toSorted((one, other) => one - other);
    for (const number of oldestFirst) {
      for (const refresh of this.#waiting.get(number)?.values() ?? []) {
        if (this.#taken.has(refresh)) continue;
        this.#taken.add(refresh);
        return refresh;
      }
    }
    return undefined;
  }

  #forget(refresh: Refresh): void {
    const { block, location, release } = refresh;
    const inBlock = this.#waiting.get(block.number);
    inBlock?.delete(location.offset);
    if (inBlock?.size === 0) this.#waiting.delete(block.number);
    this.#taken.delete(refresh);
    this.#count -= 1;
    release();
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }
}
