interface Waiting {
  readonly units: number;
  readonly enter: () => void;
}

/** So many units of something for all together. Who finds too few left waits, in the order of coming. */
export class Room {
  readonly #units: number;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(units: number) {
    this.#units = units;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes so many where they are left, even if others wait. Whether they were. */
  take(units: number): boolean {
    if (this.#taken + units > this.#units) return false;
    this.#taken += units;
    return true;
  }

  /** The same where nobody waits. */
  takeInOrder(units: number): boolean {
    return this.#waiting.size === 0 && this.take(units);
  }

  /** Takes so many, at most all that there are, once nobody who came before waits any more. Throws the signal's reason once it aborts. */
  async waitFor(units: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.takeInOrder(units)) await this.#queue(units, signal);
  }

  /** What comes free goes straight to whoever waits longest, so that nobody comes in between. */
  give(units: number): void {
    this.#taken -= units;
    for (const waiting of this.#waiting) {
      if (!this.take(waiting.units)) return;
      this.#waiting.delete(waiting);
      waiting.enter();
    }
  }

  async #queue(units: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { units, enter: resolve };
    const giveUp = (): void => {
      this.#waiting.delete(waiting);
      reject(signal.reason);
      // Those behind it may need less.
      this.give(0);
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }
}
