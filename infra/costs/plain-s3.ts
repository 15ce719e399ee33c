import { lambda } from "./platforms.ts";
import { DAYS_A_MONTH } from "./retention.ts";
import { serviceMonth } from "./service.ts";
import { sum, times, type Usage } from "./usage.ts";
import { dayOf, meanOf, type Workload } from "./workload.ts";

/**
 * The same cache without an index: each blob and each action result is an object, a HEAD tells whether it is there, and a lifecycle
 * rule deletes what is old. To keep what is in use, objects older than a day, as their HEADs tell, are copied onto themselves.
 */
export function plainS3Month(workload: Workload, touching: "touched" | "not touched"): Usage {
  const day = dayOf(workload);
  // Results are read, the missing ones in vain.
  const s3Gets = day.lookUps + headsOf(workload) + day.reads;
  const used = day.olderActions * (1 + workload.outputsPerAction);
  const copies = touching === "touched" ? used : 0;
  const s3Puts = day.newBlobs + day.executed + copies;
  const bytes =
    day.liveBlobs * meanOf(workload, (size) => size.bytes) + day.liveActions * workload.actionBytes;
  return sum(times(DAYS_A_MONTH, { s3Gets, s3Puts }), serviceMonth(lambda, workload), {
    s3GbMonths: bytes / 1e9,
  });
}

/** HEADs of a day: for each output of a hit, and for each digest in FindMissingBlobs. */
export function headsOf(workload: Workload): number {
  const { hits, digestsAsked } = dayOf(workload);
  return hits * workload.outputsPerAction + digestsAsked;
}
