/** A stream that is fed item by item, and tells when its reader waits for more. */
export class FedStream<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #hasEnded = false;
  #isLeft = false;
  #wake: () => void = () => undefined;
  /** Resolves when all has been taken, or nobody takes any more. */
  #idle: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  push(item: T): void {
    this.#items.push(item);
    this.#stir();
  }

  end(): void {
    this.#hasEnded = true;
    this.#stir();
  }

  async idle(): Promise<void> {
    await this.#idle.promise;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const [next] = this.#items.splice(0, 1);
        if (next !== undefined) {
          yield next;
          continue;
        }
        if (this.#hasEnded) return;
        this.#idle.resolve();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#isLeft = true;
      this.#idle.resolve();
    }
  }

  #stir(): void {
    if (!this.#isLeft) this.#idle = Promise.withResolvers<void>();
    this.#wake();
  }
}
