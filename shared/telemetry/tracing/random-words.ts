const WORDS = 1024;

/** Random numbers of 32 bits, drawn many at a time: one alone would cost more than all else that a request which is not traced pays. */
export class RandomWords {
  readonly #words = new Uint32Array(WORDS);
  #next = WORDS;

  next(): number {
    if (this.#next === WORDS) {
      crypto.getRandomValues(this.#words);
      this.#next = 0;
    }
    return this.#words[this.#next++] ?? 0;
  }

  /** The digits of a span's id. */
  spanId(): string {
    return hexOf(this.next(), this.next());
  }
}

export function hexOf(...words: readonly number[]): string {
  return words.map((word) => word.toString(16).padStart(8, "0")).join("");
}
