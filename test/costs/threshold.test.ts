import { describe, it } from "vitest";
import { d1 } from "../../infra/costs/d1.ts";
import { dynamoDb } from "../../infra/costs/dynamo-db.ts";
import { aws, cloudflare } from "../../infra/costs/platforms.ts";
import { breakEvenBytes, costPerMillion, inlineBytes, lives } from "../../infra/costs/threshold.ts";
import { limits } from "../../shared/limits.ts";

const platforms = [
  { name: "Cloudflare", platform: cloudflare },
  { name: "AWS", platform: aws },
];

describe("the largest blob in a row", () => {
  it("is what the stores go by", ({ expect }) => {
    expect(limits.inlineBytes).toBe(inlineBytes);
  });

  it.for(platforms)("costs less there than in an object, on $name", ({ platform }, { expect }) => {
    for (const life of lives) {
      expect(breakEvenBytes(platform, life, inlineBytes)).toBe(inlineBytes);
    }
  });

  it("shares a page of D1 with another, and is two write units in DynamoDB", ({ expect }) => {
    expect(d1.storedBytes(inlineBytes)).toBeLessThan(4096);
    expect(d1.storedBytes(inlineBytes + 256)).toBeGreaterThan(4096);
    expect(dynamoDb.insert(inlineBytes)).toEqual({ dynamoDbWrites: 2 });
    expect(dynamoDb.insert(inlineBytes + 256)).toEqual({ dynamoDbWrites: 3 });
  });

  it("costs what a sum made by hand says", ({ expect }) => {
    const life = { name: "", reads: 10, daysUsedAgain: 4 };
    // 500 GB for the 4 days of use and the 15.1 after: 4 and 15.128 days of 30.
    const gigabyteMonths = (4 + 15 + 185 / 1440) / 30;
    // A PUT, ten GETs, one write for the upload, four for renewals and one for the sweep, and ten look-ups.
    const object = 5 + 10 * 0.4 + 6 * 0.625 + 10 * 0.5 * 0.125;
    const stored = (0.023 * 500 + 0.25 * 0.35) * gigabyteMonths;
    expect(costPerMillion(aws, "object", 500_000, life)).toBeCloseTo(object + stored, 6);
  });
});
