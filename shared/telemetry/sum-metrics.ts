import type { Metric } from "./metric.ts";

/** Of each metric with the same labels the sum, as of what several threads tell. */
export function sumMetrics(metrics: readonly Metric[]): readonly Metric[] {
  const sums = new Map<string, Metric>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.name, metric.labels]);
    const known = sums.get(key);
    const value = known === undefined ? metric.value : sumOf(known.value, metric.value);
    sums.set(key, { ...metric, value });
  }
  return [...sums.values()];
}

function sumOf(one: Metric["value"], other: Metric["value"]): Metric["value"] {
  if (typeof one === "number" || typeof other === "number") return Number(one) + Number(other);
  const counts = one.counts.map((count, bucket) => count + (other.counts[bucket] ?? 0));
  return { counts, sum: one.sum + other.sum };
}
