import { headsOf } from "../plain-s3.ts";
import { dayOf, meanOf, team } from "../workload.ts";
import { count, gigabytes, left, right, table } from "./markdown.ts";

/** What is assumed of the team. */
export function assumptionsTable(): string {
  const meanBytes = meanOf(team, ({ bytes }) => bytes);
  const rows = [
    ["builds a day", count(team.buildsPerDay)],
    ["actions that a build looks up", count(team.actionsPerBuild)],
    ["share of them that hit", percent(team.hitShare)],
    ["outputs of an action, besides its Action and Command", count(team.outputsPerAction)],
    ["share of the uploaded digests that are new", percent(team.newShare)],
    ["mean size of a new blob, in bytes", count(meanBytes)],
    ["an action result in its row, in bytes", count(team.actionBytes)],
    ["blobs that a build downloads", count(team.readsPerBuild)],
    ["days after the first on which an action is used", count(team.daysUsedAgain)],
    ["days between the first use and the last", count(team.daysInUse)],
    ["days between two searches for orphans", count(team.daysPerListing)],
  ];
  return table([left("assumed"), right("")], rows);
}

export function sizeMixTable(): string {
  const rows = team.sizes.map(({ what, bytes, share }) => [what, count(bytes), percent(share)]);
  return table([left("new blobs"), right("bytes"), right("share")], rows);
}

/** What follows from the assumptions. */
export function dayTable(): string {
  const day = dayOf(team);
  const rows = [
    ["action results looked up", count(day.lookUps)],
    ["actions executed", count(day.executed)],
    ["digests in FindMissingBlobs", count(day.digestsAsked)],
    ["blobs uploaded", `${count(day.newBlobs)}, ${gigabytes(day.uploadedBytes)}`],
    ["blobs downloaded", `${count(day.reads)}, ${gigabytes(day.downloadedBytes)}`],
    ["requests", count(day.requests)],
    ["HEADs without a table", count(headsOf(team))],
    ["HEADs for each PUT", count(headsOf(team) / (day.newBlobs + day.executed))],
    ["blobs and action results kept", `${count(day.liveBlobs)} and ${count(day.liveActions)}`],
  ];
  return table([left("a day"), right("")], rows);
}

function percent(share: number): string {
  return `${count(100 * share)} %`;
}
