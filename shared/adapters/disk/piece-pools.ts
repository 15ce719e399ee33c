import { MemoryPool } from "../../bytes/memory-pool.ts";
import { PIECE_BYTES } from "./located-store.ts";
import { Slab } from "./slab.ts";

/** Memory below this is not worth being used again. */
const MIN_BYTES = 16 * 1024;

/** Up to this, a buffer of a whole piece would be a waste. */
const SMALL_BYTES = 64 * 1024;

/** Memory for what a store of blobs reads and writes: up to a piece at a time. */
export class PiecePools {
  readonly large: MemoryPool = new MemoryPool(PIECE_BYTES);
  readonly #slab = new Slab();
  readonly #small = new MemoryPool(SMALL_BYTES);

  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes < MIN_BYTES) return this.#slab.take(bytes);
    return (bytes <= SMALL_BYTES ? this.#small : this.large).take(bytes);
  }
}
