/** Lets so many tasks run at once; others wait for their turn, in the order in which they came. */
export class Turns {
  readonly #width: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Resolves when it is the caller's turn, which ends with what it resolves. Throws the signal's reason instead, once it aborts. */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#running < this.#width) this.#running += 1;
    else await this.#wait(signal);
    return { [Symbol.dispose]: () => this.#end() };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** A turn goes straight to whoever waits longest, so that nobody comes in between. */
  #end(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#running -= 1;
  }
}
