import { elapsedMs } from "../../shared/clock.ts";

/** What a client may do so many times at once, and so many times per second after that. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMs: number;
  #left: number;
  #filledMs = elapsedMs();

  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#left = burst;
  }

  /** Whether there was one left. */
  take(): boolean {
    if (this.#left < 1) this.#fill();
    this.#left -= 1;
    return this.#left >= 0;
  }

  /** Gives some back, for work that was done meanwhile. */
  give(count: number): void {
    this.#left = Math.min(this.#burst, this.#left + count);
  }

  #fill(): void {
    const nowMs = elapsedMs();
    this.give((nowMs - this.#filledMs) * this.#perMs);
    this.#filledMs = nowMs;
  }
}
