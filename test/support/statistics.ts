/** What a number was in several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** `undefined` of nothing. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.length / 2;
  const halves = [sorted[Math.ceil(middle) - 1] ?? min, sorted[Math.floor(middle)] ?? max];
  return { median: halves.reduce((sum, value) => sum + value / 2, 0), min, max };
}

/** The same of the middle half of the values, or of one or two more. */
export function middleHalf(values: readonly number[]): Spread | undefined {
  const left = Math.floor(values.length / 4);
  return spreadOf(values.toSorted((a, b) => a - b).slice(left, values.length - left));
}

/** The value that `share` of all are at or below. Sorts what it is given. */
export function percentile(values: Float64Array, share: number): number {
  values.sort();
  return values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
}
