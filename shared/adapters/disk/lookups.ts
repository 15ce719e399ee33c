import { type Key, KEY_WORDS } from "./key.ts";
import type { Location } from "./location.ts";

/** As many are made together. */
export const LOOKUPS = 32;

/** The length of what is not there. */
const NONE = -1;

/**
 * Look-ups that are made together: so their records come from memory at the same time. What is found is in lists of numbers, for an object
 * for each of many thousands would keep the garbage collector busy.
 */
export class Lookups {
  /** Of the first so many keys. */
  count = 0;
  /** One behind the other: they have no objects of their own. */
  readonly keys: Uint32Array = new Uint32Array(LOOKUPS * KEY_WORDS);
  /** Where in the map the search for each begins. */
  readonly slots: Int32Array = new Int32Array(LOOKUPS);
  readonly #blocks = new Float64Array(LOOKUPS);
  readonly #offsets = new Float64Array(LOOKUPS);
  readonly #lengths = new Float64Array(LOOKUPS);

  /** A copy of one of the keys. */
  keyOf(index: number): Key {
    return this.keys.slice(index * KEY_WORDS, (index + 1) * KEY_WORDS);
  }

  found(index: number, block: number, offset: number, length: number): void {
    this.#blocks[index] = block;
    this.#offsets[index] = offset;
    this.#lengths[index] = length;
  }

  foundNothing(index: number): void {
    this.#lengths[index] = NONE;
  }

  set(index: number, location: Location | undefined): void {
    if (location === undefined) this.foundNothing(index);
    else this.found(index, location.block, location.offset, location.length);
  }

  isFound(index: number): boolean {
    return this.lengthOf(index) !== NONE;
  }

  /** Bytes; below zero where nothing was found. */
  lengthOf(index: number): number {
    return this.#lengths[index] ?? NONE;
  }

  blockOf(index: number): number {
    return this.#blocks[index] ?? 0;
  }

  /** Of what was found. */
  locationOf(index: number): Location {
    return {
      block: this.blockOf(index),
      offset: this.#offsets[index] ?? 0,
      length: this.lengthOf(index),
    };
  }
}
