import type { Location } from "./location.ts";

const MAX_PLACES = 100_000;
const VALID_MS = 4 * 60 * 60 * 1000;

/** Which places held what they should when they were last read whole: bounded, and only for some hours. */
export class VerifiedPlaces {
  readonly #now: () => number;
  readonly #untilMs = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  has(location: Location): boolean {
    return (this.#untilMs.get(keyOf(location)) ?? 0) > this.#now();
  }

  add(location: Location): void {
    const key = keyOf(location);
    this.#untilMs.delete(key);
    this.#untilMs.set(key, this.#now() + VALID_MS);
    if (this.#untilMs.size <= MAX_PLACES) return;
    for (const longest of this.#untilMs.keys()) {
      this.#untilMs.delete(longest);
      break;
    }
  }
}

function keyOf({ block, offset }: Location): string {
  return `${block}:${offset}`;
}
