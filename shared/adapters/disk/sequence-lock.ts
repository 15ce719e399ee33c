import type { SharedWords } from "./shared-words.ts";

/** Looks at the count before it sleeps: a change takes less than a microsecond, unless its thread was set aside in it. */
const LOOKS = 200;

const SLEEP_MS = 1;

/**
 * A count that one thread makes odd before it changes something and even afterwards. Others look at what it changes without asking:
 * what they saw was whole if the count is even, and still the same.
 */
export class SequenceLock {
  readonly #words: SharedWords;
  readonly #at: number;
  /** Nobody else's word. */
  readonly #fence = new Int32Array(1);

  constructor(words: SharedWords, at: number) {
    this.#words = words;
    this.#at = at;
  }

  beginChange(): void {
    this.#words.store(this.#at, this.#words.load(this.#at) + 1);
    // No plain write below may be seen before the count: only a load keeps what follows behind it.
    this.#words.load(this.#at);
  }

  endChange(): void {
    this.#words.store(this.#at, this.#words.load(this.#at) + 1);
  }

  /** Waits until nothing is being changed; what to hand to `isUnchanged`. */
  begin(): number {
    for (let looks = 1; ; looks++) {
      const count = this.#words.load(this.#at);
      if ((count & 1) === 0) return count;
      if (looks % LOOKS === 0) this.#words.sleep(this.#at, count, SLEEP_MS);
    }
  }

  /** Whether all that was read since `begin` was as it is now. */
  isUnchanged(begun: number): boolean {
    // No plain read above may happen after the count is read: only a store keeps what precedes before it.
    Atomics.store(this.#fence, 0, begun);
    return this.#words.load(this.#at) === begun;
  }
}
