import { describe, it } from "vitest";
import { forgiving } from "./forgiving.node.ts";
import { fuzzNames, type FuzzNamesOptions } from "./fuzz-names.node.ts";

/** `npm run fuzz -- --of protocol` runs as many as are wanted. */
const SEEDS = 10;

/** How many runs may miss a planted mistake. */
const PLANTED_SEEDS = 40;

async function runAll(seeds: number, options: FuzzNamesOptions): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) await fuzzNames(seed, options);
}

describe("resource names mean what the rules say, or are refused", () => {
  it.for(["node", "edge"] as const)("in the shape for %s", async (shape) => {
    await runAll(SEEDS, { shape });
  });
});

describe("runs find a parser that forgives", () => {
  it.for(Object.entries(forgiving))("%s", async ([, forgive], { expect }) => {
    await expect(runAll(PLANTED_SEEDS, { forgive })).rejects.toThrow(/should mean/);
  });
});
