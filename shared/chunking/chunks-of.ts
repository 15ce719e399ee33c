import type { FastCdc2020 } from "./fast-cdc-2020.ts";

/** The chunks of a source, each in memory of its own. As much as two of the largest is held beside. */
export async function* chunksOf(
  source: AsyncIterable<Uint8Array>,
  cdc: FastCdc2020,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const uncut = new UncutBytes(cdc);
  for await (const piece of source) {
    for (let rest = piece; rest.byteLength > 0;) {
      rest = rest.subarray(uncut.add(rest));
      while (uncut.byteLength >= cdc.maxBytes) yield uncut.cut();
    }
  }
  while (uncut.byteLength > 0) yield uncut.cut();
}

/** What no chunk has been made of yet. Cut bytes are not moved away at once, so that most bytes are moved once. */
class UncutBytes {
  readonly #cdc: FastCdc2020;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #begin = 0;
  #end = 0;

  constructor(cdc: FastCdc2020) {
    this.#cdc = cdc;
    this.#buffer = new Uint8Array(2 * cdc.maxBytes);
  }

  get byteLength(): number {
    return this.#end - this.#begin;
  }

  /** Takes of a piece as much as there is room for. How much that was. */
  add(piece: Uint8Array): number {
    if (this.#end === this.#buffer.byteLength) {
      this.#buffer.copyWithin(0, this.#begin, this.#end);
      this.#end -= this.#begin;
      this.#begin = 0;
    }
    const taken = piece.subarray(0, this.#buffer.byteLength - this.#end);
    this.#buffer.set(taken, this.#end);
    this.#end += taken.byteLength;
    return taken.byteLength;
  }

  /** Cuts off the first chunk. */
  cut(): Uint8Array<ArrayBuffer> {
    const begin = this.#begin;
    this.#begin += this.#cdc.cut(this.#buffer.subarray(begin, this.#end));
    return this.#buffer.slice(begin, this.#begin);
  }
}
