import type { Metric } from "../../metric.ts";
import type { MapCounts } from "./map-table.ts";
import type { StoreStats } from "./store-stats.ts";

/** What there is to watch of one store; what is not known yet is left out. */
export function storeMetrics(store: "blobs" | "actions", stats: StoreStats): readonly Metric[] {
  const labels = { store };
  const gauge = (name: string, help: string, value: number | undefined): readonly Metric[] =>
    value === undefined ? [] : [{ name, help, type: "gauge", labels, value }];
  const counter = (name: string, help: string, value: number): Metric =>
    counterOf(store, name, help, value);
  return [
    ...gauge("hayloft_store_used_bytes", "Bytes of blocks in use.", stats.usedBytes),
    ...gauge(
      "hayloft_store_size_bytes",
      "Bytes of blocks when the store is full.",
      stats.sizeBytes,
    ),
    ...gauge(
      "hayloft_store_retention_seconds",
      "Age of the block that was given up last: for how long what nobody uses is kept.",
      seconds(stats.retentionMs),
    ),
    ...gauge(
      "hayloft_store_checkpoint_seconds",
      "How long the last checkpoint took.",
      seconds(stats.checkpointMs),
    ),
    counter(
      "hayloft_store_corrupt_entries_total",
      "Entries that were dropped because their bytes had changed.",
      stats.corruptEntries,
    ),
    ...lookupMetrics(store, { lookups: stats.mapLookups, attempts: stats.mapAttempts }),
    counter(
      "hayloft_map_overflows_total",
      "Entries that the key-location map dropped before their time, because it is too small.",
      stats.mapOverflows,
    ),
  ];
}

/** What each thread counts by itself. */
export function lookupMetrics(
  store: "blobs" | "actions",
  { lookups, attempts }: Pick<MapCounts, "lookups" | "attempts">,
): readonly Metric[] {
  return [
    counterOf(store, "hayloft_map_lookups_total", "Look-ups in the key-location map.", lookups),
    counterOf(
      store,
      "hayloft_map_attempts_total",
      "Slots of the key-location map that look-ups have read.",
      attempts,
    ),
  ];
}

function counterOf(store: "blobs" | "actions", name: string, help: string, value: number): Metric {
  return { name, help, type: "counter", labels: { store }, value };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
