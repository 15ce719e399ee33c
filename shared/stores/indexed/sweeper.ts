import type { Clock } from "../../clock.ts";
import type { BlobIndex, LeaseSpan } from "./blob-index.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { endedForAll, type LeasePolicy } from "./lease-policy.ts";
import { objectKeyOf, shardCount } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { type CollectedOrphans, OrphanCollector } from "./orphan-collector.ts";
import { SweepCounts } from "./sweep-counts.ts";

/** What a sweep did. */
export interface SweepReport extends CollectedOrphans {
  readonly removedRows: number;
  readonly removedBytes: number;
}

/** How much one sweep may do: functions have little time. */
export interface SweepBounds {
  readonly maxRows: number;
  /** Parts of the objects whose names are listed for orphans, of `shardCount`. */
  readonly shards: readonly number[];
}

/** Rows that are removed with one request. */
const PAGE_ROWS = 500;

/** How finely leases are told apart when a quota is kept. */
const SPAN_MS = 60 * 60 * 1000;

/** Removes what no lease holds and nobody uses, or what a quota has no room for, and what failed uploads left behind. */
export class Sweeper {
  readonly #index: BlobIndex;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;
  readonly #policy: LeasePolicy;
  readonly #counts: SweepCounts;
  readonly #orphans: OrphanCollector;

  constructor(parts: Pick<IndexedParts, "index" | "objects" | "clock" | "policy" | "meter">) {
    this.#counts = new SweepCounts(parts.meter);
    this.#index = parts.index;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
    this.#policy = parts.policy;
    this.#orphans = new OrphanCollector(parts, this.#counts);
  }

  /** Any number of sweeps may run at once. Throws `StoreError`; what was done until then stays done. */
  async sweep({ maxRows, shards }: SweepBounds, signal: AbortSignal): Promise<SweepReport> {
    const removed = await this.#removeRows(maxRows, signal);
    const orphans = await this.#orphans.collect(shards, signal);
    return { ...removed, ...orphans };
  }

  async #removeRows(
    maxRows: number,
    signal: AbortSignal,
  ): Promise<{ removedRows: number; removedBytes: number }> {
    const { endedBeforeMs, unusedBeforeMs } = await this.#removable(signal);
    let removedRows = 0;
    let removedBytes = 0;
    for (let left = maxRows; left > 0; left -= PAGE_ROWS) {
      const limit = Math.min(left, PAGE_ROWS);
      const rows = await this.#index.expired(endedBeforeMs, limit, signal);
      const keys = await this.#index.remove(rows, signal);
      const gone = rows.filter(({ key }) => keys.has(key));
      const unused = gone.filter(({ leaseEndsMs }) => leaseEndsMs < unusedBeforeMs).length;
      this.#counts.unused.count += unused;
      this.#counts.quota.count += gone.length - unused;
      const objects = gone.filter(({ inline }) => !inline).map(objectKeyOf);
      await this.#objects.delete(objects, signal);
      this.#counts.objects.count += objects.length;
      removedRows += gone.length;
      removedBytes += gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      // Rows that stay were renewed, or another sweep was first: either way they are not to be asked for again.
      if (rows.length < limit || gone.length === 0) break;
    }
    return { removedRows, removedBytes };
  }

  /** Leases that ended before may go, and those before which nobody has used what they were for. */
  async #removable(
    signal: AbortSignal,
  ): Promise<{ endedBeforeMs: number; unusedBeforeMs: number }> {
    const nowMs = this.#clock.now();
    const ended = endedForAll(nowMs, this.#policy);
    const unusedBeforeMs = Math.min(ended, nowMs - this.#policy.keepMs);
    const { quotaBytes } = this.#policy;
    if (quotaBytes === undefined) return { endedBeforeMs: unusedBeforeMs, unusedBeforeMs };
    const overQuota = cutoff(await this.#index.leases(SPAN_MS, signal), quotaBytes);
    const endedBeforeMs = Math.max(unusedBeforeMs, Math.min(ended, overQuota));
    return { endedBeforeMs, unusedBeforeMs };
  }
}

/** What must go for the rest to fit: all leases that end before. */
function cutoff(spans: readonly LeaseSpan[], quotaBytes: number): number {
  let bytes = spans.reduce((sum, span) => sum + span.bytes, 0);
  for (const span of spans) {
    if (bytes <= quotaBytes) return span.endsMs - SPAN_MS;
    bytes -= span.bytes;
  }
  return spans.at(-1)?.endsMs ?? 0;
}

/**
 * The shards to list now, so that sweeps every `everyMs` see all of them in `cycleMs`, without anything to remember.
 */
export function shardsAt(nowMs: number, everyMs: number, cycleMs: number): readonly number[] {
  const sweep = Math.floor(nowMs / everyMs);
  const listedBefore = (sweeps: number): number =>
    Math.floor((sweeps * shardCount * everyMs) / cycleMs);
  const first = listedBefore(sweep);
  const count = Math.min(shardCount, listedBefore(sweep + 1) - first);
  return Array.from({ length: count }, (_, index) => (first + index) % shardCount);
}

export const allShards: readonly number[] = Array.from({ length: shardCount }, (_, i) => i);
