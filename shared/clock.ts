/** The time, as an argument: leases and deadlines can then be tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Looked up once: Node gives the global by a getter, which takes longer than to read the clock. */
const { performance: stopwatch } = globalThis;

/** Milliseconds since some moment, by a clock that nobody sets. */
export function elapsedMs(): number {
  return stopwatch.now();
}

export const systemClock: Clock = { now: () => Date.now() };
