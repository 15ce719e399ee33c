import type { Counter, Gauge } from "./instrument.ts";

/** What an instrument shows for one set of labels: plain data, so that threads can tell each other. */
export interface Metric {
  /** That of the instrument. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Spread;
}

/** What a histogram shows. */
export interface Spread {
  /** How many values lie in each bucket alone, the one above all bounds last. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** What there is to watch now; it may have to be asked for elsewhere. */
export type ReadMetrics = () => readonly Metric[] | Promise<readonly Metric[]>;

/** One number of an instrument. */
export function metricOf<Label extends string>(
  { name }: Counter<Label> | Gauge<Label>,
  labels: Readonly<Record<Label, string>>,
  value: number,
): Metric {
  return { name, labels, value };
}
