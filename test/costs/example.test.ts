import { describe, it } from "vitest";
import { admittedBuilds } from "../../infra/costs/free-plan.ts";
import { indexedMonth, storedBytes } from "../../infra/costs/indexed-store.ts";
import { plainS3Month } from "../../infra/costs/plain-s3.ts";
import { aws, cloudflare } from "../../infra/costs/platforms.ts";
import { withTables } from "../../infra/costs/readme.ts";
import { inlineBytes } from "../../infra/costs/threshold.ts";
import { billOf } from "../../infra/costs/usage.ts";
import { team, type Workload } from "../../infra/costs/workload.ts";

/** Ten look-ups a day, one of them a miss: easy to count by hand. Each new blob is small or large. */
const one: Workload = {
  buildsPerDay: 1,
  actionsPerBuild: 10,
  hitShare: 0.9,
  outputsPerAction: 2,
  newShare: 0.5,
  readsPerBuild: 4,
  daysUsedAgain: 1,
  daysInUse: 2,
  actionBytes: 1000,
  sizes: [
    { what: "small", bytes: 500, share: 0.5 },
    { what: "large", bytes: 1_000_000, share: 0.5 },
  ],
  daysPerListing: 1000,
};

describe("a month of one build a day", () => {
  it("writes, reads and stores what it does when counted by hand, on Cloudflare", ({ expect }) => {
    const month = indexedMonth(cloudflare, one, inlineBytes);
    // 2 new blobs and 1 result, 3 rows each; 3 renewals on a later day, 2 each; 3 sweeps.
    expect(month.d1RowsWritten).toBeCloseTo(30 * (3 * 3 + 3 * 2 + 3), 6);
    // 10 look-ups; 2 outputs each for the update and the later hit; 4 digests; 2 uploads; 4 reads: 5 rows each.
    const keys = 10 + 2 * 2 + 4 + 2 + 4;
    const live = 15 + 185 / 1440 + 2;
    const searched = live / 1000;
    // And 1 row for each of 3 inserts, 4 for each of 3 sweeps.
    expect(month.d1RowsRead).toBeCloseTo(30 * (5 * (keys + searched) + 3 + 12), 6);
    expect(month.r2ClassA).toBeCloseTo(30 * (1 + searched / 1000), 6);
    expect(month.r2ClassB).toBeCloseTo(30 * 2, 6);
    expect(month.r2GbMonths).toBeCloseTo(live / 1000, 9);
    // 10 look-ups, a FindMissingBlobs and an update, 2 uploads and 4 reads.
    expect(month.workersRequests).toBeCloseTo(30 * 18, 6);
  });

  it("writes and reads what it does when counted by hand, on AWS", ({ expect }) => {
    const month = indexedMonth(aws, one, inlineBytes);
    // Blobs are 1 unit, the result is 2: inserted, renewed on a later day, and swept.
    expect(month.dynamoDbWrites).toBeCloseTo(30 * (2 + 2 + (2 + 2) + (2 + 2)), 6);
    const live = 15 + 185 / 1440 + 2;
    const { tableBytes } = storedBytes(aws, one, inlineBytes);
    expect(tableBytes).toBeCloseTo(live * (350 + 850 + 1350), 6);
    // 10 look-ups; 4 outputs, 2 digests present and 4 reads, at half; 2 digests and 2 uploads that are absent, confirmed.
    const units = 10 + (4 + 2 + 4) / 2 + 4 * 1.5 + live / 1000 + tableBytes / 4096 / 2;
    expect(month.dynamoDbReads).toBeCloseTo(30 * units, 6);
    expect(month.s3Puts).toBeCloseTo(30 * (1 + live / 1e6), 6);
    expect(month.s3Gets).toBeCloseTo(30 * 2, 6);
  });

  it("asks and copies what it does when counted by hand, without a table", ({ expect }) => {
    const month = plainS3Month(one, "touched");
    // 10 results, 2 HEADs for each of 9 hits, 4 for FindMissingBlobs, and 4 reads.
    expect(month.s3Gets).toBeCloseTo(30 * (10 + 18 + 4 + 4), 6);
    // 2 blobs and 1 result, and as many copied on a later day.
    expect(month.s3Puts).toBeCloseTo(30 * (3 + 3), 6);
    expect(plainS3Month(one, "not touched").s3Puts).toBeCloseTo(30 * 3, 6);
  });
});

describe("the example", () => {
  it("costs less with a table than without, where both keep what they said is there", ({
    expect,
  }) => {
    const alone = billOf(plainS3Month(team, "touched"));
    expect(billOf(indexedMonth(aws, team, inlineBytes))).toBeLessThan(0.7 * alone);
    expect(billOf(indexedMonth(cloudflare, team, inlineBytes))).toBeLessThan(0.5 * alone);
  });

  it("fits one D1 database", ({ expect }) => {
    expect(storedBytes(cloudflare, team, inlineBytes).tableBytes).toBeLessThan(10e9);
  });

  it("is made of blobs that are all accounted for", ({ expect }) => {
    expect(team.sizes.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 12);
  });

  it("admits builds on the Free plan in proportion", ({ expect }) => {
    const requests = admittedBuilds().find(({ what }) => what.startsWith("Workers"));
    // 100,000 requests, of which a build makes 900.
    expect(requests?.buildsPerDay).toBe(111);
  });
});

describe("the README", () => {
  it("may name no table that is none, and must name them all", ({ expect }) => {
    expect(() => withTables("<!-- from the model: weather --><!-- end -->")).toThrow("weather");
    expect(() => withTables("")).toThrow("answer");
  });
});
