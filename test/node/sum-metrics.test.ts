import { expect, test } from "vitest";
import { sumMetrics } from "../../functions/node/sum-metrics.ts";
import type { Metric } from "../../shared/metric.ts";

function metric(name: string, store: string, value: number): Metric {
  return { name, help: "What it is.", type: "counter", labels: { store }, value };
}

test("metrics of several threads are one for each name and labels", () => {
  const all = [metric("a", "x", 1), metric("a", "y", 2), metric("b", "x", 4), metric("a", "x", 8)];
  expect(sumMetrics(all)).toEqual([metric("a", "x", 9), metric("a", "y", 2), metric("b", "x", 4)]);
});
