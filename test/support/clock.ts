import type { Clock } from "../../shared/clock.ts";

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
