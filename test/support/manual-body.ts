/** A body in the test's hands: what it brings, and when and how it ends. */
export class ManualBody implements AsyncIterable<Uint8Array> {
  /** Resolves when the reader tells the body to stop. */
  readonly stopped: Promise<void>;
  readonly #steps: (() => IteratorResult<Uint8Array, undefined>)[] = [];
  #onStep: () => void = () => undefined;
  #onStopped: () => void = () => undefined;
  #onAsked: () => void = () => undefined;
  #isSpent = false;

  constructor() {
    this.stopped = new Promise((resolve) => (this.#onStopped = resolve));
  }

  /** Whether the reader has come to the end. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Resolves when the reader is done with the bytes and asks for more. */
  async send(bytes: Uint8Array): Promise<void> {
    this.#add(() => ({ done: false, value: bytes }));
    await new Promise<void>((resolve) => (this.#onAsked = resolve));
  }

  end(): void {
    this.#add(() => {
      this.#isSpent = true;
      return { done: true, value: undefined };
    });
  }

  fail(error: Error): void {
    this.#add(() => {
      throw error;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: async () => {
        if (this.#steps.length === 0) this.#onAsked();
        let step = this.#steps.shift();
        while (step === undefined) {
          await new Promise<void>((resolve) => (this.#onStep = resolve));
          step = this.#steps.shift();
        }
        return step();
      },
      return: async () => {
        this.#onStopped();
        return { done: true, value: undefined };
      },
    };
  }

  #add(step: () => IteratorResult<Uint8Array, undefined>): void {
    this.#steps.push(step);
    this.#onStep();
  }
}
