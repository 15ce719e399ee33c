import type { LatencyRow, Row } from "./measured.ts";

/** Whose columns a table has: those that are measured, and those that they are measured by. */
export interface Columns {
  readonly ours: readonly string[];
  readonly peers: readonly string[];
}

interface TakingPart {
  readonly name: string;
  readonly version: string;
  readonly notes: string;
}

/** All that a benchmark has found, and on what. */
export interface Report {
  /** The day, as 2026-11-21. */
  readonly date: string;
  readonly machine: string;
  /** How the load was put on. */
  readonly method: string;
  readonly columns: Columns;
  readonly servers: readonly TakingPart[];
  /** Who takes no part, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly sha256BytesPerSecond: number;
  readonly rows: readonly Row[];
  /** Of one FindMissingBlobs while 100 MiB blobs are read. */
  readonly busy: LatencyRow | undefined;
}
