import { systemClock } from "../../shared/clock.ts";
import { MetricsOutlet } from "../telemetry/metrics-outlet.ts";
import { metricLines } from "./metric-lines.node.ts";
import type { Settings } from "./settings.node.ts";

/** What an instance has counted, told to CloudWatch by lines of its log where a deployment wants it. */
export function instanceMetrics({
  metricsSeconds,
  functionName,
}: Pick<Settings, "metricsSeconds" | "functionName">): MetricsOutlet {
  if (metricsSeconds === undefined) return new MetricsOutlet(undefined);
  return new MetricsOutlet({
    clock: systemClock,
    everyMs: metricsSeconds * 1000,
    most: Infinity,
    tell: (metrics) => {
      const lines = metricLines(metrics, { nowMs: systemClock.now(), functionName });
      for (const line of lines) process.stdout.write(`${line}\n`);
    },
  });
}
