import { storedBytes } from "../indexed-store.ts";
import { cloudflare } from "../platforms.ts";
import { inlineBytes } from "../threshold.ts";
import { billOf } from "../usage.ts";
import { doublings, otherVariations, type Variation } from "../variations.ts";
import { type Way, ways } from "../ways.ts";
import { team } from "../workload.ts";
import { dollars, gigabytes, left, right, table } from "./markdown.ts";

/** The largest database that D1 has, in bytes: what does not fit needs several. */
const D1_BYTES = 10e9;

const base: Variation = { what: "as assumed", workload: team, inlineBytes };

/** The month, with one assumption changed at a time. */
export function variationsTable(): string {
  const rows = [base, ...doublings, ...otherVariations].map((variation) => [
    variation.what,
    ...ways.map((way) => dollars(cost(way, variation))),
    database(variation),
  ]);
  const columns = [left(""), ...ways.map(({ name }) => right(name)), right("D1 database")];
  return table(columns, rows);
}

function database(variation: Variation): string {
  const { tableBytes } = storedBytes(cloudflare, variation.workload, variation.inlineBytes);
  return tableBytes <= D1_BYTES ? gigabytes(tableBytes) : `${gigabytes(tableBytes)}, too large`;
}

/** What a doubling of one assumption adds to each bill, at most. */
export function mostMoving(): string {
  const movers = ways.map((way) => {
    const changes = doublings.map((variation) => ({
      what: variation.what,
      percent: 100 * (cost(way, variation) / cost(way, base) - 1),
    }));
    const [first, second] = changes.toSorted((one, other) => other.percent - one.percent);
    const [most, next] = [first, second].map((change) =>
      change === undefined ? "" : `${change.what}, ${Math.round(change.percent)} % more`,
    );
    return `- ${way.name}: ${most}; ${next}`;
  });
  return movers.join("\n");
}

function cost(way: Way, { workload, inlineBytes: inline }: Variation): number {
  return billOf(way.month(workload, inline));
}
