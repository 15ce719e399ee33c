import { instruments } from "../../telemetry/instruments.ts";
import { type Metric, metricOf } from "../../telemetry/metric.ts";
import type { MapCounts } from "./map-table.ts";
import type { StoreStats } from "./store-stats.ts";

/** What there is to watch of one store. */
export function storeMetrics(store: "blobs" | "actions", stats: StoreStats): readonly Metric[] {
  const labels = { store };
  return [
    metricOf(instruments.storeUsedBytes, labels, stats.usedBytes),
    metricOf(instruments.storeSizeBytes, labels, stats.sizeBytes),
    metricOf(instruments.storeRetentionSeconds, labels, seconds(stats.retentionMs)),
    metricOf(instruments.storeCheckpointSeconds, labels, seconds(stats.checkpointMs)),
    metricOf(instruments.storeCorruptEntries, labels, stats.corruptEntries),
    metricOf(instruments.storeRefreshedEntries, labels, stats.refreshedEntries),
    metricOf(instruments.storeRefreshedBytes, labels, stats.refreshedBytes),
    ...lookupMetrics(store, { lookups: stats.mapLookups, attempts: stats.mapAttempts }),
    metricOf(instruments.mapOverflows, labels, stats.mapOverflows),
  ];
}

/** What each thread counts by itself. */
export function lookupMetrics(
  store: "blobs" | "actions",
  { lookups, attempts }: Pick<MapCounts, "lookups" | "attempts">,
): readonly Metric[] {
  return [
    metricOf(instruments.mapLookups, { store }, lookups),
    metricOf(instruments.mapAttempts, { store }, attempts),
  ];
}

function seconds(ms: number | undefined): number {
  return (ms ?? 0) / 1000;
}
