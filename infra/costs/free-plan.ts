import { indexedMonth } from "./indexed-store.ts";
import { cloudflare } from "./platforms.ts";
import type { PriceId } from "./prices.ts";
import { DAYS_A_MONTH } from "./retention.ts";
import { inlineBytes } from "./threshold.ts";
import { team } from "./workload.ts";

/** What Cloudflare's Free plan admits, as its limits pages of the same dates as the prices say. */
interface Allowance {
  readonly what: string;
  /** Units a month, or kept. */
  readonly units: number;
  readonly id: PriceId;
}

const MILLION = 1_000_000;

const allowances: readonly Allowance[] = [
  { what: "Workers: 100,000 requests a day", units: 100_000 * DAYS_A_MONTH, id: "workersRequests" },
  { what: "D1: 5 million rows read a day", units: 5 * MILLION * DAYS_A_MONTH, id: "d1RowsRead" },
  { what: "D1: 100,000 rows written a day", units: 100_000 * DAYS_A_MONTH, id: "d1RowsWritten" },
  { what: "D1: 500 MB in one database", units: 0.5, id: "d1GbMonths" },
  { what: "R2: 1 million class A operations a month", units: MILLION, id: "r2ClassA" },
  { what: "R2: 10 million class B operations a month", units: 10 * MILLION, id: "r2ClassB" },
  { what: "R2: 10 GB", units: 10, id: "r2GbMonths" },
];

export interface Admitted {
  readonly what: string;
  /** What one build of the team takes of it: a month has a month's share, and storage what a build a day keeps there. */
  readonly perDailyBuild: number;
  readonly buildsPerDay: number;
}

/** How many builds like the team's each allowance admits. */
export function admittedBuilds(): readonly Admitted[] {
  const month = indexedMonth(cloudflare, team, inlineBytes);
  return allowances.map(({ what, units, id }) => {
    const perDailyBuild = (month[id] ?? 0) / team.buildsPerDay;
    return { what, perDailyBuild, buildsPerDay: Math.floor(units / perDailyBuild) };
  });
}
