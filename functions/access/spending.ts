/** How fast something may be spent, and how much of it at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * What somebody has spent and time has not yet given back. Who has less to give back than the burst may spend whatever is asked for, and
 * be in debt after that: so even what is larger than the burst gets through, and the average holds.
 */
export class Spending {
  #spent = 0;
  #asOfMs: number;

  constructor(nowMs: number) {
    this.#asOfMs = nowMs;
  }

  /** Spends so much now; or nothing, where it has to wait for the milliseconds that it tells. */
  spend(amount: number, { perSecond, burst }: Rate, nowMs: number): number {
    // Clocks are set back now and then.
    const elapsedMs = Math.max(0, nowMs - this.#asOfMs);
    this.#spent = Math.max(0, this.#spent - (elapsedMs * perSecond) / 1000);
    this.#asOfMs = nowMs;
    if (this.#spent >= burst) {
      return Math.ceil(((this.#spent - burst) / perSecond) * 1000) + 1;
    }
    this.#spent += amount;
    return 0;
  }
}
