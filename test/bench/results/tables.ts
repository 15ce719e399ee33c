import { sizeText } from "../../support/units.ts";
import { MIB } from "../../support/bytes.ts";
import type { Latency, LatencyRow, Row } from "./measured.ts";
import type { Columns, Report } from "./report.ts";
import { compare, cpuMicrosOf, cpuRatio, loadShareOf, rateOf } from "./rates.ts";
import { markdownTable } from "../../support/markdown-table.ts";
import { spreadOf, type Spread } from "../../support/statistics.ts";

/** From here on, a load is marked as what may have been the limit. */
const BUSY_LOAD = 0.9;

const NONE = "-";

/** Rates, and how they stand to the better peer's. */
export function rateTable(
  rows: readonly Row[],
  { ours, peers }: Columns,
  ratio = "against the better peer",
): string {
  const header = [
    "work",
    "unit",
    ...ours,
    ...peers,
    ...ours.map((name) => (ours.length === 1 ? ratio : `${name} : peer`)),
    "goal",
  ];
  const lines = rows.map((row) => [
    row.name,
    row.unit,
    ...[...ours, ...peers].map((name) => {
      const isBusy = (loadShareOf(row, name) ?? 0) >= BUSY_LOAD;
      return withSpread(rateOf(row, name)) + (isBusy ? " †" : "");
    }),
    ...ours.map((name) => ratioText(row, name, peers)),
    `${row.goal} x`,
  ]);
  return markdownTable(header, lines);
}

/** Microseconds of the server's processor time for each request, and how they stand to the most frugal peer's. */
export function cpuTable(rows: readonly Row[], { ours, peers }: Columns): string {
  const names = [...ours, ...peers];
  const lines = rows.map((row) => [
    row.name,
    ...names.map((name) => withSpread(cpuMicrosOf(row, name))),
    ...ours.map((name) => {
      const ratio = cpuRatio(row, name, peers);
      return ratio === undefined ? NONE : `${ratio.toFixed(2)} x`;
    }),
  ]);
  const ratios = ours.map((name) => (ours.length === 1 ? "peer : own" : `peer : ${name}`));
  return markdownTable(["work", ...names, ...ratios], lines);
}

/** Milliseconds: p50 / p99. */
export function latencyTable(rows: readonly Row[], columns: Columns): string {
  const names = [...columns.ours, ...columns.peers];
  const lines = rows.flatMap((row) =>
    row.latencies.map((latency) => [
      row.name,
      String(atOnce(latency)),
      ...names.map((name) => latencyText(latency.samples.get(name))),
    ]),
  );
  return markdownTable(["work", "at once", ...names], lines);
}

/** One line of latencies. */
export function busyTable({ samples }: LatencyRow, columns: Columns): string {
  const names = [...columns.ours, ...columns.peers];
  return markdownTable(names, [names.map((name) => latencyText(samples.get(name)))]);
}

function latencyText(samples: readonly Latency[] = []): string {
  const p50 = spreadOf(samples.map(({ p50Ms }) => p50Ms));
  const p99 = spreadOf(samples.map(({ p99Ms }) => p99Ms));
  if (p50 === undefined || p99 === undefined) return NONE;
  return `${numberText(p50.median)} / ${numberText(p99.median)}`;
}

export function memoryTable(rows: readonly Row[], columns: Columns): string {
  const names = [...columns.ours, ...columns.peers];
  const lines = rows.map((row) => [
    row.name,
    ...names.map((name) => {
      const cell = row.cells.get(name);
      const bytes = cell !== undefined && "samples" in cell ? cell.peakBytes : undefined;
      return bytes === undefined ? NONE : sizeText(Math.max(bytes, MIB));
    }),
  ]);
  return markdownTable(["work", ...names], lines);
}

/** What is missing in the tables, and why. */
export function gapLines({ rows, busy }: Pick<Report, "rows" | "busy">): readonly string[] {
  const ofRates = rows.flatMap(({ name, cells }) =>
    [...cells].flatMap(([server, cell]) =>
      "skipped" in cell ? [`- ${name}: ${server}: ${cell.skipped}`] : [],
    ),
  );
  const ofLatencies = rows.flatMap(({ name, latencies }) =>
    latencies.flatMap((row) => latencyGaps(`${name}, ${atOnce(row)} at once`, row)),
  );
  const ofBusy = busy === undefined ? [] : latencyGaps("small calls beside large reads", busy);
  return [...ofRates, ...ofLatencies, ...ofBusy];
}

function latencyGaps(what: string, { failures }: LatencyRow): readonly string[] {
  return [...failures].map(([server, reason]) => `- latency of ${what}: ${server}: ${reason}`);
}

function atOnce({ width }: LatencyRow): number {
  return width.connections * width.streams;
}

function ratioText(row: Row, name: string, peers: readonly string[]): string {
  const found = compare(row, name, peers);
  if (found === undefined) return NONE;
  return `${found.meetsGoal ? "**" : ""}${found.ratio.toFixed(2)} x${found.meetsGoal ? "**" : ""}`;
}

function withSpread(spread: Spread | undefined): string {
  if (spread === undefined) return NONE;
  const { median, min, max } = spread;
  return `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
}

/** Three digits that count, with commas between thousands. */
export function numberText(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
