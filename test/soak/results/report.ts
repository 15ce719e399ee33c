import { MIB } from "../../support/bytes.ts";
import type { Counts } from "../load/tally.ts";
import type { Sample } from "../sampling/sample.ts";
import { type Judged, judge, measures } from "./verdict.ts";

/** One kind of client, and what it did. */
export interface BuildsReport {
  readonly name: string;
  /** How many builds it made, or why it made none. */
  readonly built: number | { readonly skipped: string };
  readonly troubles: readonly string[];
}

/** All that a soak has found. */
export interface SoakReport {
  readonly shape: string;
  /** The day, as 2026-11-21. */
  readonly date: string;
  readonly machine: string;
  readonly commit: string;
  readonly notes: string;
  /** As many descriptors may be left over of what it runs in. */
  readonly ownDescriptors: number;
  /** Of the load. */
  readonly minutes: number;
  /** Whether it went on for as long as it was to. */
  readonly isWhole: boolean;
  readonly samples: readonly Sample[];
  readonly counts: Counts;
  readonly builds: readonly BuildsReport[];
  readonly liveHeapBytes: { readonly before: number; readonly after: number } | undefined;
  /** What the server told of trouble. */
  readonly log: string;
}

/** Why a soak has not passed; empty where it has. */
export function faultsOf(report: SoakReport): readonly string[] {
  const { counts, builds, samples, log, isWhole } = report;
  const corrupt = samples.at(-1)?.corruptEntries ?? 0;
  return [
    ...(isWhole ? [] : ["it was stopped before its time was over"]),
    ...judgedOf(report).flatMap(({ measure, fault }) =>
      fault === undefined ? [] : [`${measure.name}: ${fault}`],
    ),
    ...heapFaults(report),
    ...Object.entries(counts.troubles).map(([kind, count]) => `${kind}: ${count} times`),
    ...builds.flatMap(({ name, troubles }) => troubles.map((trouble) => `${name}: ${trouble}`)),
    ...(corrupt === 0 ? [] : [`the store has found ${corrupt} corrupt entries`]),
    ...(log === "" ? [] : ["the server told of trouble in its log"]),
  ];
}

/** What is alive without garbage may grow by little, however much the runtime takes for what it does not collect. */
const MOST_LIVE_GROWTH_BYTES = 16 * MIB;

function heapFaults({ liveHeapBytes }: SoakReport): readonly string[] {
  if (liveHeapBytes === undefined) return [];
  const grown = liveHeapBytes.after - liveHeapBytes.before;
  if (grown <= MOST_LIVE_GROWTH_BYTES) return [];
  return [`live heap: ${Math.round(grown / MIB)} MiB more than before the load are alive after it`];
}

export function judgedOf({ samples, ownDescriptors }: SoakReport): readonly Judged[] {
  return measures.map((measure) => judge(measure, samples, ownDescriptors));
}
