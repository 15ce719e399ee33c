import { MIB } from "../../support/bytes.ts";
import { markdownTable } from "../../support/markdown-table.ts";
import { spreadOf } from "../../support/statistics.ts";
import { GIB } from "../../support/units.ts";
import { totalOf } from "../load/tally.ts";
import type { Sample } from "../sampling/sample.ts";
import { faultsOf, judgedOf, type SoakReport } from "./report.ts";

/** The report in one line. */
export function summaryLine(report: SoakReport): string {
  const { date, minutes, counts } = report;
  const verdict = faultsOf(report).length === 0 ? "flat" : "not good";
  return (
    `**${verdict}** over ${Math.round(minutes)} minutes on ${date}, with ${totalOf(counts.requests)} requests, ` +
    `${counts.promisesKept} promises kept and ${totalOf(counts.troubles)} troubles.`
  );
}

/** The report as people read it. */
export function reportText(report: SoakReport): string {
  const { shape, minutes, date, machine, commit, notes, counts, log } = report;
  const faults = faultsOf(report);
  return [
    `# Soak: ${shape}`,
    faults.length === 0
      ? "**Flat**: memory and descriptors do not grow, every promise was kept, and every answer was right."
      : `**Not good**:\n\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
    `${Math.round(minutes * 10) / 10} minutes by \`npm run soak\` on ${date}, on ${machine}, at ${commit}: ${notes}.`,
    "## Memory and descriptors",
    "Medians of each quarter of the load, and the last look before it and half a minute and more after it.",
    flatnessTable(report),
    ...heapLines(report),
    "## What was done",
    doneTable(report),
    buildsTable(report),
    requestsTable(report),
    ...(counts.examples.length === 0 ? [] : ["## Troubles", quoted(counts.examples.join("\n"))]),
    ...(log === "" ? [] : ["## The server's log", quoted(log)]),
  ].join("\n\n");
}

function flatnessTable(report: SoakReport): string {
  const header = ["", "before", "1st", "2nd", "3rd", "4th quarter", "in an hour", "after"];
  const lines = judgedOf(report).map(({ measure, before, quarters, slopePerHour, after }) => {
    const text = (value: number): string => `${Math.round(value)} ${measure.unit}`.trim();
    const slope = `${slopePerHour < 0 ? "" : "+"}${slopePerHour.toFixed(1)} ${measure.unit}`.trim();
    return [measure.name, text(before), ...quarters.map(text), slope, text(after)];
  });
  return markdownTable(header, lines);
}

function heapLines({ liveHeapBytes }: SoakReport): readonly string[] {
  if (liveHeapBytes === undefined) return [];
  const { before, after } = liveHeapBytes;
  return [
    `Of the isolate's heap, ${mebibytes(before)} were alive before the load and ${mebibytes(after)} after it, without garbage.`,
  ];
}

function doneTable({ samples, counts, minutes }: SoakReport): string {
  const first = samples.find(({ phase }) => phase === "load");
  const requests = totalOf(counts.requests);
  const cpu = (samples.at(-1)?.cpuSeconds ?? 0) - (first?.cpuSeconds ?? 0);
  const lines: readonly (readonly [string, string])[] = [
    ["synthetic requests", `${requests}, ${Math.round(requests / (minutes * 60))} in a second`],
    ["bytes uploaded", gibibytes(counts.uploadedBytes)],
    ["bytes downloaded, and compared", gibibytes(counts.downloadedBytes)],
    ["promises kept", String(counts.promisesKept)],
    ["troubles", String(totalOf(counts.troubles))],
    ["the server's processor time", `${Math.round((cpu / (minutes * 60)) * 100)} % of a core`],
    ...mostLines(samples),
  ];
  return markdownTable(["", ""], lines);
}

/** What only some servers tell. */
function mostLines(samples: readonly Sample[]): readonly (readonly [string, string])[] {
  const values = (of: (sample: Sample) => number | undefined): readonly number[] =>
    samples.flatMap((sample) => of(sample) ?? []);
  const heap = spreadOf(values(({ heapBytes }) => heapBytes));
  const delay = spreadOf(values(({ eventLoopDelaySeconds }) => eventLoopDelaySeconds));
  const stored = spreadOf(values(({ storedBytes }) => storedBytes));
  const retention = values(({ retentionSeconds }) => retentionSeconds).at(-1);
  return [
    ...(heap === undefined
      ? []
      : [
          [
            "JavaScript heap, median and most",
            `${mebibytes(heap.median)}, ${mebibytes(heap.max)}`,
          ] as const,
        ]),
    ...(delay === undefined
      ? []
      : [
          [
            "event loop delay (p99), median and most",
            `${ms(delay.median)}, ${ms(delay.max)}`,
          ] as const,
        ]),
    ...(stored === undefined ? [] : [["disk, at most", gibibytes(stored.max)] as const]),
    ...(retention === undefined
      ? []
      : [
          [
            "age of what went last, by the server's clock",
            `${(retention / 3600).toFixed(1)} h`,
          ] as const,
        ]),
  ];
}

function buildsTable({ builds }: SoakReport): string {
  const lines = builds.map(({ name, built }) => [
    name,
    typeof built === "number" ? String(built) : `skipped: ${built.skipped}`,
  ]);
  return lines.length === 0
    ? "No build client took part."
    : markdownTable(["client", "builds"], lines);
}

function requestsTable({ counts }: SoakReport): string {
  const lines = Object.entries(counts.requests)
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => [name, String(count)]);
  return markdownTable(["synthetic request", "times"], lines);
}

function quoted(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIB).toFixed(2)} GiB`;
}

function ms(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`;
}
