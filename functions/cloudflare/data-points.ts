import { instrumentNamed } from "../../shared/telemetry/instruments.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";

/** What Workers Analytics Engine takes: one index, and up to twenty texts and as many numbers. */
export interface DataPoint {
  readonly indexes: [string];
  readonly blobs: string[];
  readonly doubles: number[];
}

/** All texts of a point have 16 KB together, and a longer one costs the point: clients choose some. */
const MAX_TEXT = 1000;

/**
 * A count as one point: the instrument's name and the values of its labels in their order; the count, and of a histogram also the sum and how
 * many values are in each bucket.
 */
export function dataPointOf({ name, labels, value }: Metric): DataPoint {
  const values = instrumentNamed(name).labels.map((label) => labels[label] ?? "");
  return {
    indexes: [name],
    blobs: [name, ...values.map((text) => text.slice(0, MAX_TEXT))],
    doubles:
      typeof value === "number" ? [value] : [total(value.counts), value.sum, ...value.counts],
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
