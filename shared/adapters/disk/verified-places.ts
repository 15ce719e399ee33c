import type { Location } from "./location.ts";

const MAX_PLACES = 100_000;
/** Of 8 bytes each: of pieces of 256 KiB so many are 512 GiB. */
const MAX_CHECKSUMS = 2 ** 21;

/** How long it counts that something was found right, be it by its hash or, for a span, by what is remembered of its entries. */
export const VERIFIED_MS: number = 4 * 60 * 60 * 1000;

interface Verified {
  readonly untilMs: number;
  readonly checksums: readonly number[];
}

/**
 * The checksums that pieces of entries had when the whole was found right by its hash: bounded, and only for some hours. Checksums tell
 * what has changed since as well as a hash does, unless somebody wants to deceive, and take a third of the time.
 */
export class VerifiedPlaces {
  readonly #blockBytes: number;
  readonly #now: () => number;
  readonly #byPlace = new Map<number, Verified>();
  #checksums = 0;

  constructor(blockBytes: number, now: () => number) {
    this.#blockBytes = blockBytes;
    this.#now = now;
  }

  /** The checksum of each piece; `undefined` where nothing, or nothing of late, was found right there. */
  find(location: Location): readonly number[] | undefined {
    const verified = this.#byPlace.get(placeOf(location, this.#blockBytes));
    return verified !== undefined && verified.untilMs > this.#now()
      ? verified.checksums
      : undefined;
  }

  add(location: Location, checksums: readonly number[]): void {
    const place = placeOf(location, this.#blockBytes);
    this.#delete(place);
    this.#byPlace.set(place, { untilMs: this.#now() + VERIFIED_MS, checksums });
    this.#checksums += checksums.length;
    for (const longest of this.#byPlace.keys()) {
      if (this.#byPlace.size <= MAX_PLACES && this.#checksums <= MAX_CHECKSUMS) return;
      this.#delete(longest);
    }
  }

  #delete(place: number): void {
    this.#checksums -= this.#byPlace.get(place)?.checksums.length ?? 0;
    this.#byPlace.delete(place);
  }
}

/** The bytes of all blocks that ever were before: a number that is exact for petabytes, and no other entry's. */
export function placeOf({ block, offset }: Location, blockBytes: number): number {
  return block * blockBytes + offset;
}
