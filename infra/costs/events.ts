import type { ByContent, Platform } from "./platform.ts";
import { sum, times, type Usage } from "./usage.ts";
import { dayOf, type SizeClass, type Workload } from "./workload.ts";

/** Something that happens to the indexed store, and what it is billed for. */
export interface Event {
  readonly what: string;
  readonly perDay: number;
  /** Of one such event. */
  readonly usage: Usage;
}

const NAMES_PER_LIST = 1000;

/** All that happens to the table and the bucket on a day, but for what they store. */
export function eventsOf(
  { table, bucket }: Platform,
  workload: Workload,
  inlineBytes: number,
): readonly Event[] {
  const day = dayOf(workload);
  const { actionBytes, outputsPerAction, sizes } = workload;
  const small = blobsOf(sizes.filter(({ bytes }) => bytes <= inlineBytes));
  const large = blobsOf(sizes.filter(({ bytes }) => bytes > inlineBytes));
  /** What a blob costs on average, given what it costs by the bytes that its row holds. */
  const blob = (usage: ByContent): Usage =>
    sum(times(small.share, small.mean(usage)), times(large.share, usage(0)));
  const outputs = (usage: ByContent): Usage => times(outputsPerAction, blob(usage));

  const present = day.digestsAsked - day.newBlobs;
  const listed = (day.liveBlobs * large.share) / workload.daysPerListing;
  return [
    { what: "GetActionResult, a hit", perDay: day.hits, usage: table.findNewest(actionBytes) },
    { what: "GetActionResult, a miss", perDay: day.executed, usage: table.missNewest },
    {
      what: "its first hit on a later day, leases to renew",
      perDay: day.olderActions,
      usage: sum(outputs(table.find), outputs(table.renew), table.renew(actionBytes)),
    },
    { what: "FindMissingBlobs, a digest present", perDay: present, usage: blob(table.find) },
    { what: "FindMissingBlobs, a digest absent", perDay: day.newBlobs, usage: table.miss },
    {
      what: "upload into the row",
      perDay: day.newBlobs * small.share,
      usage: sum(table.miss, small.mean(table.insert)),
    },
    {
      what: "upload into an object",
      perDay: day.newBlobs * large.share,
      usage: sum(table.miss, { [bucket.put]: 1 }, table.insert(0)),
    },
    {
      what: "UpdateActionResult, lease to begin",
      perDay: day.executed,
      usage: sum(outputs(table.find), table.insert(actionBytes)),
    },
    {
      what: "read from the row",
      perDay: day.reads * small.share,
      usage: small.mean(table.find),
    },
    {
      what: "read from an object",
      perDay: day.reads * large.share,
      usage: sum(table.find(0), { [bucket.get]: 1 }),
    },
    { what: "sweep of a blob", perDay: day.newBlobs, usage: blob(table.remove) },
    { what: "sweep of an action result", perDay: day.executed, usage: table.remove(actionBytes) },
    {
      what: "search for orphans, an object",
      perDay: listed,
      usage: sum({ [bucket.list]: 1 / NAMES_PER_LIST }, table.findNewest(0)),
    },
  ];
}

/** Some of the blobs: their share of all, and what one of them costs on average by the bytes that its row holds. */
function blobsOf(sizes: readonly SizeClass[]): {
  readonly share: number;
  readonly mean: (usage: ByContent) => Usage;
} {
  const share = sizes.reduce((total, size) => total + size.share, 0);
  return {
    share,
    mean: (usage) => sum(...sizes.map((size) => times(size.share / share, usage(size.bytes)))),
  };
}
