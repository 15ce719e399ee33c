import type { LoadResult } from "../load/load.ts";
import type { Latency } from "../results/measured.ts";
import { percentile } from "../../support/statistics.ts";

/** Throws if no request was timed. */
export function latencyOf({ latenciesMs }: LoadResult): Latency {
  if (latenciesMs === undefined || latenciesMs.length === 0) {
    throw new Error("no request came to its end: give --seconds more");
  }
  return { p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}
