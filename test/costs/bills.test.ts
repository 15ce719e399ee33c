import { describe, it } from "vitest";
import { prices } from "../../infra/costs/prices.ts";
import { sources } from "../../infra/costs/sources.ts";
import { billOf, fullPrice, monthlyCost, sum, times, type Usage } from "../../infra/costs/usage.ts";

const MILLION = 1_000_000;

/** The Workers bill of Cloudflare's pricing page: 7 ms of CPU time a request. */
function workers(requests: number): Usage {
  return { workersPlan: 1, workersRequests: requests, workersCpuMs: 7 * requests };
}

describe("bills", () => {
  it.for([
    { what: "15 million requests to Workers", usage: workers(15 * MILLION), usd: 8 },
    { what: "100 million requests to Workers", usage: workers(100 * MILLION), usd: 45.4 },
    {
      what: "1,000 GB in R2, written once, each read 1,000 times",
      usage: { r2GbMonths: 1000, r2ClassA: 1000, r2ClassB: MILLION },
      usd: 14.85,
    },
    {
      what: "100,000 files of 100 kB in R2, 10 million reads a day",
      usage: { r2GbMonths: 10, r2ClassA: 100_000, r2ClassB: 300 * MILLION },
      usd: 104.4,
    },
  ])("come out as in Cloudflare's own examples: $what", ({ usage, usd }, { expect }) => {
    expect(billOf(usage)).toBeCloseTo(usd, 6);
  });

  it.for([
    // A million and one operations are billed as two million, and 1.1 GB-months as two.
    { id: "r2ClassA", units: 2 * MILLION + 1, usd: 9 },
    { id: "r2GbMonths", units: 11.1, usd: 0.03 },
    { id: "d1RowsWritten", units: 51.5 * MILLION, usd: 1.5 },
    { id: "d1RowsRead", units: 26e9, usd: 1 },
    { id: "d1GbMonths", units: 4, usd: 0 },
    { id: "s3Puts", units: 1000, usd: 0.005 },
    { id: "s3Gets", units: 1000, usd: 0.0004 },
    { id: "lambdaGbSeconds", units: 400_001, usd: 0.000_013_333_4 },
    { id: "egressGb", units: 200, usd: 9 },
  ] as const)("$units of $id cost $usd dollars", ({ id, units, usd }, { expect }) => {
    expect(monthlyCost(id, units)).toBeCloseTo(usd, 9);
  });

  it("usage adds up by what is billed", ({ expect }) => {
    const once = sum({ s3Puts: 1, s3Gets: 2 }, { s3Gets: 3 });
    expect(times(2, once)).toEqual({ s3Puts: 2, s3Gets: 10 });
    expect(billOf({ s3Gets: MILLION, egressGb: 101 }, "egress")).toBeCloseTo(0.09, 9);
    expect(fullPrice({ egressGb: 1, r2ClassA: 1 })).toBeCloseTo(0.09 + 0.000_004_5, 12);
  });
});

describe("prices", () => {
  it.for(Object.entries(prices))("%s has a dated source", ([, price], { expect }) => {
    const { date, url, read } = sources[price.source];
    expect(date).toMatch(/^2026-\d\d-\d\d$/);
    expect(url).toMatch(/^https:\/\//);
    expect(read).not.toBe("");
    expect(price.usd).toBeGreaterThan(0);
  });
});
