/** Words of 32 bits in memory that threads share: each call happens at once, and all threads see all of them in one order. */
export interface SharedWords {
  readonly memory: SharedArrayBuffer;
  load(at: number): number;
  /** As `load`, and cheaper, but what is there may be seen late: no earlier than the thread's last `load` of any word, though. */
  peek(at: number): number;
  store(at: number, value: number): void;
  /** Stores `value` where `expected` is; whether it was. */
  replace(at: number, expected: number, value: number): boolean;
  /** Sleeps while `value` is there, for `ms` at most. */
  sleep(at: number, value: number, ms: number): void;
}

export class AtomicWords implements SharedWords {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  load(at: number): number {
    return Atomics.load(this.#words, at);
  }

  peek(at: number): number {
    return this.#words[at] ?? 0;
  }

  store(at: number, value: number): void {
    Atomics.store(this.#words, at, value);
  }

  replace(at: number, expected: number, value: number): boolean {
    return Atomics.compareExchange(this.#words, at, expected, value) === expected;
  }

  sleep(at: number, value: number, ms: number): void {
    Atomics.wait(this.#words, at, value, ms);
  }
}
