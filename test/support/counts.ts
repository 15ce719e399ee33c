import type { Meter } from "../../shared/telemetry/meter.ts";
import type { Metric } from "../../shared/telemetry/metric.ts";

/** What a meter has counted, and is counted anew: the values of an instrument's labels, and how much it is. */
export function takenCounts(meter: Meter): Readonly<Record<string, Metric["value"]>> {
  return Object.fromEntries(
    meter.take().map(({ labels, value }) => [Object.values(labels).join(" "), value]),
  );
}
