import type { Cell, Row } from "./measured.ts";
import { spreadOf, type Spread } from "../../support/statistics.ts";

const MEGA = 1e6;

/** What a server reaches in a row, in the row's unit. `undefined` where it has no part in it. */
export function rateOf(row: Row, server: string): Spread | undefined {
  return spreadOf(
    samplesOf(row.cells.get(server)).map(({ requestsPerSecond, bytesPerSecond }) =>
      row.unit === "req/s" ? requestsPerSecond : bytesPerSecond / MEGA,
    ),
  );
}

export function cpuMicrosOf(row: Row, server: string): Spread | undefined {
  return spreadOf(
    samplesOf(row.cells.get(server)).flatMap(
      ({ cpuMicrosPerRequest }) => cpuMicrosPerRequest ?? [],
    ),
  );
}

/** Near 1 it was the load that was measured, not the server. */
export function loadShareOf(row: Row, server: string): number | undefined {
  return spreadOf(samplesOf(row.cells.get(server)).flatMap(({ loadShare }) => loadShare ?? []))
    ?.median;
}

export interface Comparison {
  /** The better one of the peers in this row. */
  readonly peer: string;
  readonly ratio: number;
  readonly meetsGoal: boolean;
}

/** A server's median against that of the better peer. `undefined` where one of them has none. */
export function compare(
  row: Row,
  server: string,
  peers: readonly string[],
): Comparison | undefined {
  const own = rateOf(row, server)?.median;
  const [best] = peers
    .flatMap((name) => {
      const median = rateOf(row, name)?.median;
      return median === undefined ? [] : [{ name, median }];
    })
    .toSorted((a, b) => b.median - a.median);
  if (own === undefined || best === undefined) return undefined;
  const ratio = own / best.median;
  return { peer: best.name, ratio, meetsGoal: ratio >= row.goal };
}

/** How many times less processor time a server takes than the most frugal peer, which hardly changes with what else the machine does. */
export function cpuRatio(row: Row, server: string, peers: readonly string[]): number | undefined {
  const own = cpuMicrosOf(row, server)?.median;
  const others = peers.flatMap((name) => cpuMicrosOf(row, name)?.median ?? []);
  return own === undefined || others.length === 0 ? undefined : Math.min(...others) / own;
}

function samplesOf(cell: Cell | undefined) {
  return cell !== undefined && "samples" in cell ? cell.samples : [];
}
