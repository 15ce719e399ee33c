import type { InstanceName } from "../../digest/instance-name.ts";
import type { Counts } from "./counts.ts";

/** One request that has ended, as far as statistics want to know. */
export interface SeenRequest {
  readonly instanceName: InstanceName;
  /** The subject of who made it. */
  readonly principal: string;
  readonly tool?: string | undefined;
  readonly invocationId?: string | undefined;
  readonly mnemonic?: string | undefined;
  readonly target?: string | undefined;
  /** What it looked up or brought, where it was that far. */
  readonly lookup: Lookup | undefined;
  readonly hasFailed: boolean;
  /** The value of a header, cut to a bounded length; `undefined` where the request has none. */
  readonly header: (name: string) => string | undefined;
}

/** Entries, and how many of them were there. */
export interface Lookup {
  readonly store: "cas" | "ac";
  readonly verb: "find" | "get" | "put";
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
}

/** Counts a request. */
export function addRequest(
  counts: Counts,
  { lookup, hasFailed }: SeenRequest,
  nowMs: number,
): void {
  counts.requests += 1;
  counts.lastSeenMs = nowMs;
  if (hasFailed) counts.errors += 1;
  if (lookup === undefined) return;
  if (lookup.store === "ac") addActions(counts, lookup);
  else addBlobs(counts, lookup);
}

/** Whether it asked for an action result. */
export function looksActionUp({ lookup }: SeenRequest): boolean {
  return lookup?.store === "ac" && lookup.verb === "get";
}

function addActions(counts: Counts, { verb, hits, misses }: Lookup): void {
  if (verb === "put") {
    counts.actionsWritten += misses;
    return;
  }
  counts.actionHits += hits;
  counts.actionMisses += misses;
}

function addBlobs(counts: Counts, { verb, hits, misses, bytes }: Lookup): void {
  if (verb === "put") {
    // Those that were there already have not been written.
    counts.blobsWritten += misses;
    counts.bytesWritten += bytes;
    return;
  }
  counts.blobsFound += hits;
  counts.blobsMissing += misses;
  if (verb === "find") return;
  counts.blobsRead += hits;
  counts.bytesRead += bytes;
}
