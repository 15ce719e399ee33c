import type { Cell, Row } from "./measured.ts";
import type { Report } from "./report.ts";

/** A cell with one sample for each rate. */
function cell(rates: readonly number[], loadShare = 0.5): Cell {
  const samples = rates.map((requestsPerSecond) => ({
    requestsPerSecond,
    bytesPerSecond: requestsPerSecond * 1e6,
    cpuMicrosPerRequest: 1e6 / requestsPerSecond,
    loadShare,
  }));
  return { samples, peakBytes: 100 * 1024 ** 2 };
}

export const fastRow: Row = {
  name: "FindMissingBlobs, 1 digest",
  unit: "req/s",
  goal: 2,
  cells: new Map<string, Cell>([
    ["Hayloft", cell([200, 220, 210])],
    ["bazel-remote", cell([100, 90, 110])],
    ["bb-storage", cell([50], 0.97)],
  ]),
  latencies: [
    {
      width: { connections: 10, streams: 100 },
      samples: new Map([["Hayloft", [{ p50Ms: 1.5, p99Ms: 3 }]]]),
      failures: new Map([["bb-storage", "too slow"]]),
    },
  ],
};

export const slowRow: Row = {
  name: "HTTP GET, 1 MiB",
  unit: "MB/s",
  goal: 1.5,
  cells: new Map<string, Cell>([
    ["Hayloft", cell([1200])],
    ["bazel-remote", cell([1000])],
    ["bb-storage", { skipped: "has no HTTP cache" }],
  ]),
  latencies: [],
};

export const report: Report = {
  date: "2026-11-21",
  machine: "2 cores of <a processor>",
  method: "3 rounds.",
  columns: { ours: ["Hayloft"], peers: ["bazel-remote", "bb-storage"] },
  servers: [
    { name: "Hayloft", version: "abc1234", notes: "no flags" },
    { name: "bazel-remote", version: "v2.6.2", notes: "uncompressed" },
  ],
  absent: [{ name: "a third", reason: "there is no Go to build it with" }],
  sha256BytesPerSecond: 1.8e9,
  rows: [fastRow, slowRow],
  busy: undefined,
};
