/** Holds something to so much in a second, on average. */
export class Pace {
  readonly #perSecond: number;
  readonly #now: () => number;
  #paidUntilMs = 0;

  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Takes so much, now or ahead of time. How long to wait before the next. */
  take(amount: number): number {
    const nowMs = this.#now();
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + (amount / this.#perSecond) * 1000;
    return this.#paidUntilMs - nowMs;
  }

  /** Whether more has been taken than there was time for. */
  get isAhead(): boolean {
    return this.#paidUntilMs > this.#now();
  }
}
