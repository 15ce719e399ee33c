import type { Metric } from "../../shared/metric.ts";

/** What several threads tell, as one: of each metric with the same labels the sum. */
export function sumMetrics(metrics: readonly Metric[]): readonly Metric[] {
  const sums = new Map<string, Metric>();
  for (const metric of metrics) {
    const key = JSON.stringify([metric.name, metric.labels]);
    const value = metric.value + (sums.get(key)?.value ?? 0);
    sums.set(key, { ...metric, value });
  }
  return [...sums.values()];
}
