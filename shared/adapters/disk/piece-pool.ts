/** Memory that is kept for the next reads, for each size. */
const MAX_FREE_BYTES = 8 * 1024 * 1024;

/**
 * Memory to read into that is used again once it was sent: it is still in the processor's cache, and nothing has to collect it. Whoever
 * gets it need not give it back; then it is collected as any other.
 */
export class PiecePool {
  readonly bufferBytes: number;
  /** The last one given back is used first, as it is the warmest. */
  readonly #free: ArrayBuffer[] = [];
  /** By what was given out and not by its memory: to give something back twice does no harm. */
  readonly #lent = new WeakMap<Uint8Array, ArrayBuffer>();

  constructor(bufferBytes: number) {
    this.bufferBytes = bufferBytes;
  }

  /** So many bytes, of any content; at most as many as one buffer has. */
  take(bytes: number): Uint8Array {
    const buffer = this.#free.pop() ?? new ArrayBuffer(this.bufferBytes);
    const piece = new Uint8Array(buffer, 0, bytes);
    this.#lent.set(piece, buffer);
    return piece;
  }

  /** Takes back what `take` gave, which nobody may look at any more; anything else is left alone. */
  giveBack(piece: Uint8Array): void {
    const buffer = this.#lent.get(piece);
    if (buffer === undefined) return;
    this.#lent.delete(piece);
    if ((this.#free.length + 1) * this.bufferBytes <= MAX_FREE_BYTES) this.#free.push(buffer);
  }
}
