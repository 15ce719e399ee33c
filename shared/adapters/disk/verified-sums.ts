import type { Location } from "./location.ts";
import { placeOf, VERIFIED_MS } from "./verified-places.ts";

const SLOTS = 2 ** 17;

/**
 * The checksums that entries of one piece had when they were found right by their hash, as `VerifiedPlaces` has those of larger ones.
 * There may be very many, so each has a slot of a table, which it takes from whoever had it.
 */
export class VerifiedSums {
  readonly #blockBytes: number;
  readonly #now: () => number;
  readonly #places = new Float64Array(SLOTS);
  /** 0 in slots that nobody has had. */
  readonly #untilMs = new Float64Array(SLOTS);
  readonly #checksums = new Uint32Array(SLOTS);

  constructor(blockBytes: number, now: () => number) {
    this.#blockBytes = blockBytes;
    this.#now = now;
  }

  /** `undefined` where nothing, or nothing of late, was found right there. */
  find(location: Location): number | undefined {
    const slot = slotOf(location);
    if (this.#places[slot] !== placeOf(location, this.#blockBytes)) return undefined;
    return (this.#untilMs[slot] ?? 0) > this.#now() ? this.#checksums[slot] : undefined;
  }

  add(location: Location, checksum: number): void {
    const slot = slotOf(location);
    this.#places[slot] = placeOf(location, this.#blockBytes);
    this.#untilMs[slot] = this.#now() + VERIFIED_MS;
    this.#checksums[slot] = checksum;
  }
}

function slotOf({ block, offset }: Location): number {
  const mixed = Math.imul(offset ^ Math.imul(block, 0x85ebca6b), 0x9e3779b1);
  return (mixed >>> 8) % SLOTS;
}
