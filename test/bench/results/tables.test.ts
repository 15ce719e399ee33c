import { expect, test } from "vitest";
import { fastRow, report, slowRow } from "./made-up-report.ts";
import { reportText } from "./markdown.ts";
import { compare } from "./rates.ts";
import { cpuTable, gapLines, latencyTable, memoryTable, rateTable } from "./tables.ts";

const { columns } = report;
const peers = columns.peers;

/** Without the line under the header. */
function cellsOf(table: string): readonly (readonly string[])[] {
  const lines = table.split("\n").filter((line) => !/^\| -+ /.test(line));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

test("a rate stands with its spread, and is bold against the better peer where it meets the goal", () => {
  expect(cellsOf(rateTable([fastRow, slowRow], columns))).toEqual([
    ["work", "unit", "Hayloft", "bazel-remote", "bb-storage", "against the better peer", "goal"],
    [
      "FindMissingBlobs, 1 digest",
      "req/s",
      "210 (200–220)",
      "100 (90–110)",
      "50 (50–50) †",
      "**2.10 x**",
      "2 x",
    ],
    [
      "HTTP GET, 1 MiB",
      "MB/s",
      "1,200 (1,200–1,200)",
      "1,000 (1,000–1,000)",
      "-",
      "1.20 x",
      "1.5 x",
    ],
  ]);
});

test("the better peer is the one with the better median", () => {
  expect(compare(fastRow, "Hayloft", peers)).toEqual({
    peer: "bazel-remote",
    ratio: 2.1,
    meetsGoal: true,
  });
  expect(compare(fastRow, "Hayloft", ["bb-storage"])?.ratio).toBe(4.2);
  expect(compare(slowRow, "Hayloft", ["bb-storage"])).toBeUndefined();
});

test("processor time, latency and memory have tables of the same columns", () => {
  expect(cellsOf(cpuTable([fastRow], columns))[1]).toEqual([
    fastRow.name,
    "4,760 (4,550–5,000)",
    "10,000 (9,090–11,100)",
    "20,000 (20,000–20,000)",
    "2.10 x",
  ]);
  const [, latencies] = cellsOf(latencyTable([fastRow], columns));
  expect(latencies).toEqual([fastRow.name, "1000", "1.5 / 3", "-", "-"]);
  expect(cellsOf(memoryTable([slowRow], columns))[1]).toEqual([
    slowRow.name,
    "100 MiB",
    "100 MiB",
    "-",
  ]);
});

test("what is missing is named with its reason", () => {
  expect(gapLines(report)).toEqual([
    "- HTTP GET, 1 MiB: bb-storage: has no HTTP cache",
    "- latency of FindMissingBlobs, 1 digest, 1000 at once: bb-storage: too slow",
  ]);
  const text = reportText(report);
  expect(text).toContain("- **a third** takes no part: there is no Go to build it with.");
  expect(text).toContain("bb-storage: has no HTTP cache");
  expect(text).toContain("one core of the same machine: 1,800 MB/s.");
});

test("columns line up", () => {
  const widths = rateTable([fastRow, slowRow], columns)
    .split("\n")
    .map((line) => [...line.matchAll(/\|/g)].map(({ index }) => index));
  expect(new Set(widths.map(String)).size).toBe(1);
});
