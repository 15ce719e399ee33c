/** What is known of a device in one go: small enough that its parts are read and written together. */
const EXTENT_BYTES = 64 * 1024;

/** A read from memory takes less, with room for a system that is busy; a disk takes longer. */
const QUICK_MS = 0.1;
const QUICK_BYTES_PER_MS = 1_000_000;

/** Reads that turned out slow, beyond one in so many, after which everything that was known is forgotten. */
const MAX_SURPRISES = 4;
const READS_PER_SURPRISE = 64;

const MAX_GENERATION = 255;

/**
 * Which places of a device are probably in the system's cache: those that were read or written lately. Nobody says when the system
 * drops them, but a read that was to be quick and is not shows it: a few of these, and places have to be touched again to count.
 * So at most a few reads are slow for each time that the cache is turned over.
 */
export class CachedPlaces {
  /** For each extent, the generation in which it was touched last. */
  readonly #touched: Uint8Array;
  #generation = 1;
  #surprises = 0;

  constructor(sizeBytes: number) {
    this.#touched = new Uint8Array(Math.ceil(sizeBytes / EXTENT_BYTES));
  }

  has(offset: number, length: number): boolean {
    const end = endOf(offset, length);
    for (let extent = startOf(offset); extent <= end; extent++) {
      if (this.#touched[extent] !== this.#generation) return false;
    }
    return true;
  }

  /** The place was read or written. */
  touch(offset: number, length: number): void {
    this.#touched.fill(this.#generation, startOf(offset), endOf(offset, length) + 1);
  }

  /** A read of a place that counted as cached took so long. */
  tookMs(ms: number, length: number): void {
    if (ms < QUICK_MS + length / QUICK_BYTES_PER_MS) {
      if (this.#surprises > 0) this.#surprises -= 1 / READS_PER_SURPRISE;
      return;
    }
    this.#surprises += 1;
    if (this.#surprises > MAX_SURPRISES) this.#forget();
  }

  #forget(): void {
    this.#surprises = 0;
    if (this.#generation === MAX_GENERATION) {
      this.#touched.fill(0);
      this.#generation = 0;
    }
    this.#generation += 1;
  }
}

function startOf(offset: number): number {
  return Math.floor(offset / EXTENT_BYTES);
}

function endOf(offset: number, length: number): number {
  return Math.floor((offset + Math.max(length, 1) - 1) / EXTENT_BYTES);
}
