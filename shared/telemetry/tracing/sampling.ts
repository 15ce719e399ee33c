/** Which requests are traced. */
export interface Sampling {
  /** Of traces, from 0 to 1. */
  readonly ratio: number;
  /** Whether a request that is part of a trace already is traced as its caller is. Otherwise the ratio counts for it, too. */
  readonly followsParent: boolean;
}

const HALF = 2 ** 32;

/** Whether a trace is among those of the ratio, by the second half of its id: so whoever decides in this way decides the same. */
export function isWithin(ratio: number, high: number, low: number): boolean {
  return ratio >= 1 || high * HALF + low < ratio * HALF * HALF;
}

/** The same of an id in hexadecimal digits. */
export function isIdWithin(ratio: number, traceId: string): boolean {
  return isWithin(
    ratio,
    Number.parseInt(traceId.slice(16, 24), 16),
    Number.parseInt(traceId.slice(24, 32), 16),
  );
}
