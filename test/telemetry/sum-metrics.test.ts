import { expect, test } from "vitest";
import { sumMetrics } from "../../shared/telemetry/sum-metrics.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";

function metric(name: string, store: string, value: Metric["value"]): Metric {
  return { name, labels: { store }, value };
}

test("metrics of several threads are one for each name and labels", () => {
  const all = [metric("a", "x", 1), metric("a", "y", 2), metric("b", "x", 4), metric("a", "x", 8)];
  expect(sumMetrics(all)).toEqual([metric("a", "x", 9), metric("a", "y", 2), metric("b", "x", 4)]);
});

test("spreads are added bucket by bucket", () => {
  const all = [
    metric("a", "x", { counts: [1, 0, 2], sum: 7 }),
    metric("a", "x", { counts: [0, 3, 1], sum: 2.5 }),
  ];
  expect(sumMetrics(all)).toEqual([metric("a", "x", { counts: [1, 3, 3], sum: 9.5 })]);
});
