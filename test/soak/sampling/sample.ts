import type { Counts } from "../load/tally.ts";

export type Phase = "idle before" | "load" | "idle after";

/** How a server is at one moment. */
export interface Sample {
  readonly phase: Phase;
  /** Since the load began; negative before. */
  readonly seconds: number;
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly cpuSeconds: number;
  /** Of the JavaScript heap, all threads together, where the server tells. */
  readonly heapBytes?: number;
  readonly eventLoopDelaySeconds?: number;
  /** On the disk, where that can be seen. */
  readonly storedBytes?: number;
  /** How long the store keeps what nobody uses, by its own clock, once it has given up something. */
  readonly retentionSeconds?: number;
  readonly corruptEntries?: number;
  /** All that was done so far. */
  readonly counts: Omit<Counts, "requests" | "examples"> & { readonly requests: number };
  readonly builds: number;
}
