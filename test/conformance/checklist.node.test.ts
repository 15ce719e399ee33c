import { describe, it } from "vitest";
import { shapes } from "./columns.node.ts";
import { notApplicable } from "./not-applicable.ts";
import { staleFiles } from "./runner/write-results.node.ts";
import { heldShapes } from "./shapes.ts";
import {
  accessSuite,
  checksOf,
  heldSuite,
  httpAccessSuite,
  httpSuite,
  rpcSuite,
} from "./suites.node.ts";
import { checklistNumbers } from "./tags.ts";

const suites = [rpcSuite("grpc"), httpSuite, accessSuite, httpAccessSuite, heldSuite];
const numbers = checksOf(...suites).map(({ number }) => number);

describe("the checklist", () => {
  it("has a check for every number, or a reason why not", ({ expect }) => {
    const found = [...numbers, ...notApplicable.keys()];
    expect(found.toSorted()).toEqual(checklistNumbers.toSorted());
  });

  it("lists differences for checks that there are, each once and with a reason", ({ expect }) => {
    for (const shape of [...shapes, ...Object.values(heldShapes)]) {
      const lists = [shape.knownGaps, shape.notApplicable, shape.partly].map((list) => [...list]);
      const listed = lists.flat().map(([number]) => number);
      expect(numbers).toEqual(expect.arrayContaining(listed));
      expect(new Set(listed).size, shape.name).toBe(listed.length);
      for (const [number, reason] of lists.flat()) expect(reason, number).not.toBe("");
    }
  });

  it("is told in README.md and RESULTS.md as it is: `npm run conformance -- --write-results`", async ({
    expect,
  }) => {
    expect(await staleFiles()).toEqual([]);
  });
});
