import { describe, it } from "vitest";
import { awsNotApplicable } from "./aws-differences.ts";
import { checklistNumbers, rpcSections } from "./checklist.ts";
import { cloudflareKnownGaps, cloudflareNotApplicable } from "./cloudflare-differences.ts";
import { grpcTransport } from "./grpc-transport.node.ts";
import { httpCache } from "./http-cache.node.ts";
import { nodeKnownGaps } from "./known-gaps.ts";
import { notApplicable } from "./not-applicable.ts";

const checks = [...Object.values(rpcSections).flat(), ...httpCache, ...grpcTransport];
const numbers = checks.map(({ number }) => number);

describe("the checklist", () => {
  it("has a check for every number, or a reason why not", ({ expect }) => {
    const found = [...numbers, ...notApplicable.keys()];
    expect(found.toSorted()).toEqual(checklistNumbers.toSorted());
  });

  it("lists gaps of checks that there are, with a reason", ({ expect }) => {
    const lists = [nodeKnownGaps, cloudflareKnownGaps, cloudflareNotApplicable, awsNotApplicable];
    for (const [number, reason] of lists.flatMap((list) => [...list])) {
      expect(numbers).toContain(number);
      expect(reason).not.toBe("");
    }
  });
});
