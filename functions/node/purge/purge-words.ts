import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { PurgeRequest, PurgeRule } from "../../../shared/proto/gen/hayloft/v1/admin_pb.ts";

type Purged = Pick<PurgeRule, "actionHash" | "instances" | "subject">;

/** What a purge reaches, in words. */
export function reachOf({ actionHash, instances, subject }: Purged): string {
  const what = actionHash === undefined ? "every action result" : `the result of ${actionHash}`;
  const writer = subject === undefined ? "" : ` that ${subject} wrote`;
  return `${what}${writer}${placeOf(instances)}`;
}

/** A purge in force, in a line. */
export function lineOf(rule: PurgeRule): string {
  return `${rule.id}  ${reachOf(rule)} before ${timeOf(rule.before)}, by ${rule.madeBy} at ${timeOf(rule.made)}`;
}

/** Whether nothing but the time bounds it. */
export function isEverything({ actionHash, instances = "**", subject }: Purged): boolean {
  return actionHash === undefined && subject === undefined && instances === "**";
}

export function timeOf(time: PurgeRequest["before"] | Timestamp): string {
  return time === undefined ? "now" : timestampDate(time).toISOString();
}

function placeOf(instances: string | undefined): string {
  if (instances === undefined || instances === "**") return "";
  return instances === "" ? " in the instance without a name" : ` in ${instances}`;
}
