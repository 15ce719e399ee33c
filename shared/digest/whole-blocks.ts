/** Gathers bytes that come in pieces of any size, for a hash function that works on blocks of one size. */
export class WholeBlocks {
  readonly #block: Uint8Array;
  #held = 0;

  constructor(blockBytes: number) {
    this.#block = new Uint8Array(blockBytes);
  }

  /** What is left at the end: fewer bytes than a block. */
  get rest(): Uint8Array {
    return this.#block.subarray(0, this.#held);
  }

  /** Runs of whole blocks, each valid until the next one is asked for. All of them have to be taken. */
  *add(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(bytes.byteLength, this.#block.byteLength - this.#held);
      this.#hold(bytes.subarray(0, at));
      if (this.#held < this.#block.byteLength) return;
      this.#held = 0;
      yield this.#block;
    }
    const end = bytes.byteLength - ((bytes.byteLength - at) % this.#block.byteLength);
    if (end > at) yield bytes.subarray(at, end);
    this.#hold(bytes.subarray(end));
  }

  #hold(bytes: Uint8Array): void {
    this.#block.set(bytes, this.#held);
    this.#held += bytes.byteLength;
  }
}
