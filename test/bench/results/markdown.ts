import type { Report } from "./report.ts";
import { rateOf } from "./rates.ts";
import {
  busyTable,
  cpuTable,
  gapLines,
  latencyTable,
  memoryTable,
  numberText,
  rateTable,
} from "./tables.ts";

const MEGA = 1e6;

/** The report as people read it: on a terminal, and in RESULTS.md. */
export function reportText(report: Report): string {
  const { columns, rows, servers, absent } = report;
  const gaps = gapLines(report);
  return [
    "# Speed",
    `By \`npm run bench\` on ${report.date}, on ${report.machine}. ${report.method}`,
    [
      ...servers.map(({ name, version, notes }) => `- **${name}** ${version}: ${notes}.`),
      ...absent.map(({ name, reason }) => `- **${name}** takes no part: ${reason}.`),
    ].join("\n"),
    "## Rates",
    "Medians, and in brackets the slowest and the fastest round. MB are millions of bytes of blobs. Bold meets the goal; at a dagger, " +
      "the load was busy itself, and the server may be faster.",
    rateTable(rows, columns),
    shaLine(report),
    "## Processor time",
    "Of the server, for each request, in microseconds; and how many times less it is than the most frugal peer's, which hardly changes " +
      "with what else the machine does.",
    cpuTable(rows, columns),
    ...latencyParts(report),
    "## Memory",
    "The most that the server's process had in memory, from its start to the end of the work; files that it maps count, too, as bb-storage's store does.",
    memoryTable(rows, columns),
    ...(gaps.length === 0 ? [] : ["## What is missing", gaps.join("\n")]),
  ].join("\n\n");
}

function latencyParts({ rows, busy, columns }: Report): readonly string[] {
  const measured = rows.filter(({ latencies }) => latencies.length > 0);
  if (measured.length === 0 && busy === undefined) return [];
  return [
    "## Latency",
    "Medians of the rounds' p50 and p99, in milliseconds, as p50 / p99. 100 at once are on one connection, 1,000 on ten; over " +
      "HTTP/1.1 each has a connection of its own.",
    ...(measured.length === 0 ? [] : [latencyTable(measured, columns)]),
    ...(busy === undefined
      ? []
      : [
          "One FindMissingBlobs of 1 digest at a time, while two connections read 100 MiB each:",
          busyTable(busy, columns),
        ]),
  ];
}

/** How near uploads come to what hashing them takes at the least. */
function shaLine({ sha256BytesPerSecond, rows, columns }: Report): string {
  const rate = sha256BytesPerSecond / MEGA;
  const shares = rows
    .filter(({ name }) => name.startsWith("ByteStream.Write"))
    .flatMap((row) => {
      const own = rateOf(row, columns.ours[0] ?? "")?.median;
      return own === undefined ? [] : `${row.name} ${Math.round((own / rate) * 100)} %`;
    });
  const reached =
    shares.length === 0 ? "" : ` ${columns.ours[0] ?? ""} reaches of it: ${shares.join(", ")}.`;
  return `SHA-256 alone, on one core of the same machine: ${numberText(rate)} MB/s.${reached}`;
}
