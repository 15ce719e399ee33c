import type { SweepBounds } from "../../../shared/stores/indexed/sweeper.ts";
import { endedForAll } from "../../../shared/stores/indexed/lease-policy.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** Sweeps from one machine, and sees whether the quota is kept. */
export async function sweep(world: World, machine: Machine, bounds: SweepBounds): Promise<void> {
  const { time, table, policy, universe } = world;
  const seenMs = time.nowMs - table.stalenessMs;
  const endedMs = endedForAll(machine.now(), policy);
  await world.storesOn(machine, "sweeper").sweeper.sweep(bounds, new AbortController().signal);
  const mayRemoveAll = bounds.maxRows >= universe.blobs.length + universe.actions.length;
  if (policy.quotaBytes === undefined || !mayRemoveAll) return;
  // What has come since, or is leased, is not the sweep's fault.
  const rows = table.unchangedSince(seenMs);
  const bytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const free = rows.filter(({ leaseEndsMs }) => leaseEndsMs < endedMs);
  if (bytes > policy.quotaBytes && free.length > 0) {
    world.broken(`${machine.name} has left ${bytes} bytes, and not all are leased`);
  }
}
