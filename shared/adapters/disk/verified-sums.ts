import type { Location } from "./location.ts";
import { placeOf, VERIFIED_MS } from "./verified-places.ts";

const SLOTS = 2 ** 17;

export interface VerifiedSumsOptions {
  readonly blockBytes: number;
  readonly now: () => number;
  /** How many are remembered at most, of 20 bytes each. */
  readonly slots?: number;
}

/**
 * The checksums that entries of one piece had when they were found right by their hash, as `VerifiedPlaces` has those of larger ones.
 * There may be very many, so each has a slot of a table, which it takes from whoever had it.
 */
export class VerifiedSums {
  readonly #blockBytes: number;
  readonly #now: () => number;
  readonly #places: Float64Array;
  /** 0 in slots that nobody has had. */
  readonly #untilMs: Float64Array;
  readonly #checksums: Uint32Array;

  constructor({ blockBytes, now, slots = SLOTS }: VerifiedSumsOptions) {
    this.#blockBytes = blockBytes;
    this.#now = now;
    this.#places = new Float64Array(slots);
    this.#untilMs = new Float64Array(slots);
    this.#checksums = new Uint32Array(slots);
  }

  /** `undefined` where nothing, or nothing of late, was found right there. */
  find(location: Location): number | undefined {
    const slot = this.#slotOf(location);
    if (this.#places[slot] !== placeOf(location, this.#blockBytes)) return undefined;
    return (this.#untilMs[slot] ?? 0) > this.#now() ? this.#checksums[slot] : undefined;
  }

  add(location: Location, checksum: number): void {
    const slot = this.#slotOf(location);
    this.#places[slot] = placeOf(location, this.#blockBytes);
    this.#untilMs[slot] = this.#now() + VERIFIED_MS;
    this.#checksums[slot] = checksum;
  }

  #slotOf({ block, offset }: Location): number {
    const mixed = Math.imul(offset ^ Math.imul(block, 0x85ebca6b), 0x9e3779b1);
    return (mixed >>> 8) % this.#places.length;
  }
}
