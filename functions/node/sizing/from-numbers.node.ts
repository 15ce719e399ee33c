import { actionContents, blobContents } from "../../../shared/adapters/disk/geometry.ts";
import { UsageError } from "../commands/flags.node.ts";
import { bytesText, countText, secondsText } from "./amounts.ts";
import { planLines, sizeFlag } from "./plan-lines.ts";
import { planFor } from "./plan.ts";
import { countIn, keepSeconds, sizeIn, type SizingValues } from "./sizing-flags.node.ts";
import { COPIES, DAY_SECONDS, LEASE_HOURS, leaseBytesOf, WORKING_HOURS } from "./workload.ts";

/** How large a cache has to be for so many builds, with the arithmetic. Throws `UsageError`. */
export function sizingFromNumbers(values: SizingValues): readonly string[] {
  const builds = countIn("builds-per-day", values);
  const uploads = sizeIn("uploads-per-build", values);
  if (builds === undefined || uploads === undefined) {
    throw new UsageError("give the URL of a cache, or --builds-per-day and --uploads-per-build");
  }
  const keep = keepSeconds(values);
  const averageBytes = sizeIn("average-blob", values);
  const actions = countIn("actions-per-build", values) ?? 0;
  const days = keep / DAY_SECONDS;
  const perDay = builds * uploads;
  const blobBytes = perDay * days * COPIES;
  const actionBytes = builds * actions * actionContents.averageBytes * days * COPIES;
  const plan = planFor({
    blobBytes,
    actionBytes,
    leaseBytes: leaseBytesOf(perDay),
    largestBlobBytes: sizeIn("largest-blob", values) ?? 0,
    settings: averageBytes === undefined ? {} : { averageBytes },
  });
  if (plan === undefined) throw new UsageError("no disk is large enough for that; see --help");
  const geometry = averageBytes === undefined ? "" : ` --geometry average=${averageBytes}`;
  return [
    `written on a day: ${countText(builds)} builds x ${bytesText(uploads)} = ${bytesText(perDay)}`,
    `kept for ${secondsText(keep)}: ${bytesText(perDay * days)}; with copies of what is used, x ${COPIES}: ${bytesText(blobBytes)} of blobs`,
    ...(actions === 0
      ? []
      : [
          `action results: ${countText(builds * actions)} a day x ${bytesText(actionContents.averageBytes)}, the same way: ${bytesText(actionBytes)}`,
        ]),
    `written within ${LEASE_HOURS} hours, where a day has ${WORKING_HOURS}: ${bytesText(leaseBytesOf(perDay))}, of which nothing may go`,
    `the index: for blobs of ${bytesText(averageBytes ?? blobContents.averageBytes)} on average`,
    ...planLines(plan),
    `start it with: hayloft serve --size ${sizeFlag(plan.sizeBytes)}${geometry}`,
  ];
}
