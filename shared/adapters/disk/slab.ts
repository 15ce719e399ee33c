const SLAB_BYTES = 32 * 1024;

/** More than this would leave much of a slab unused, and hold on to much by little. */
const MAX_BYTES = SLAB_BYTES / 8;

/** Memory for small reads, each a part of a larger array: to have an array made takes as long as to read into it. */
export class Slab {
  #bytes = new Uint8Array(SLAB_BYTES);
  #used = 0;

  /** Memory that nobody has had before. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > MAX_BYTES) return new Uint8Array(bytes);
    if (this.#used + bytes > SLAB_BYTES) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    this.#used += bytes;
    return new Uint8Array(this.#bytes.buffer, this.#used - bytes, bytes);
  }
}
