import type { Width } from "../load/load.ts";

/** What one round of a load on one server has shown. */
export interface Sample {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Of the server, of all its threads together; where the system tells. */
  readonly cpuMicrosPerRequest: number | undefined;
  /** The part of a core that the load itself took: near 1, the load is what was measured. */
  readonly loadShare: number | undefined;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What a server has shown in a work item: a sample for each round, or why there is none. */
export type Cell =
  | { readonly skipped: string }
  | {
      readonly samples: readonly Sample[];
      /** Of the process, from its start to the end of the item; where the system tells. */
      readonly peakBytes: number | undefined;
    };

export interface Row {
  readonly name: string;
  readonly unit: "req/s" | "MB/s";
  readonly goal: number;
  /** By the server's name. */
  readonly cells: ReadonlyMap<string, Cell>;
  readonly latencies: readonly LatencyRow[];
}

/** Latencies of a work item at one width, by the server's name. */
export interface LatencyRow {
  readonly width: Width;
  readonly samples: ReadonlyMap<string, readonly Latency[]>;
  /** Why some have none. */
  readonly failures: ReadonlyMap<string, string>;
}
