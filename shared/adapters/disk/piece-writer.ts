import { giveBack, type MemoryPool } from "../../bytes/memory-pool.ts";

/** Gathers a stream of small chunks into writes of one size. Holds one piece, until it is disposed of. */
export class PieceWriter implements Disposable {
  readonly #piece: Uint8Array;
  readonly #write: (at: number, piece: Uint8Array) => Promise<void>;
  #filled = 0;
  #written = 0;

  constructor(pool: MemoryPool, write: (at: number, piece: Uint8Array) => Promise<void>) {
    this.#piece = pool.take(pool.bufferBytes);
    this.#write = write;
  }

  /** Copies a chunk, and gives it back. */
  async write(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const part = rest.subarray(0, this.#piece.byteLength - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
      if (this.#filled === this.#piece.byteLength) await this.#flush();
    }
    giveBack(chunk);
  }

  /** Writes what is left. */
  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#flush();
  }

  /** No write may be under way. */
  [Symbol.dispose](): void {
    giveBack(this.#piece);
  }

  async #flush(): Promise<void> {
    await this.#write(this.#written, this.#piece.subarray(0, this.#filled));
    this.#written += this.#filled;
    this.#filled = 0;
  }
}
