import { readdirSync, readFileSync } from "node:fs";
import { instruments } from "../../shared/telemetry/instruments.ts";
import { type Metric, metricOf } from "../../shared/telemetry/metric.ts";
import { packageVersion } from "./version.node.ts";

/** What tells how much the process as a whole takes. */
export async function processMetrics(): Promise<() => readonly Metric[]> {
  const startSeconds = Date.now() / 1000 - process.uptime();
  const version = await packageVersion();
  return () => {
    const { user, system } = process.cpuUsage();
    return [
      metricOf(instruments.residentMemory, {}, process.memoryUsage.rss()),
      ...fileMetrics(),
      metricOf(instruments.cpuSeconds, {}, (user + system) / 1e6),
      metricOf(instruments.startTime, {}, startSeconds),
      metricOf(instruments.buildInfo, { version, node: process.versions.node }, 1),
    ];
  };
}

/** Nothing where the system does not tell it as Linux does. */
function fileMetrics(): readonly Metric[] {
  if (process.platform !== "linux") return [];
  const open = readdirSync("/proc/self/fd").length;
  const limit = /^Max open files +(?<soft>[0-9]+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
  return [
    metricOf(instruments.openFiles, {}, open),
    metricOf(instruments.maxFiles, {}, Number(limit?.groups?.["soft"] ?? Infinity)),
  ];
}
