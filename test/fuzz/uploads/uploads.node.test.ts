import { createHash } from "node:crypto";
import { describe, it } from "vitest";
import type { FuzzedCacheOptions } from "../fuzzed-cache.node.ts";
import { alteredWrites } from "./altered-writes.node.ts";
import { fuzzUploads } from "./fuzz-uploads.node.ts";
import { plantedInStores } from "./planted-in-stores.node.ts";
import { plantedOnWire } from "./planted-on-wire.node.ts";

/** `npm run fuzz -- --of protocol` runs as many as are wanted. */
const SEEDS = 6;

/** How many runs may miss a planted mistake. */
const PLANTED_SEEDS = 40;

async function runAll(seeds: number, options: FuzzedCacheOptions): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) await fuzzUploads(seed, options);
}

describe("a cache holds what was uploaded whole, and nothing else", () => {
  it.for(["node", "edge"] as const)("in the shape for %s", async (shape) => {
    await runAll(SEEDS, { shape });
  });
});

describe("runs find that", () => {
  it.for(Object.entries(plantedInStores))("%s", async ([, plantInStore], { expect }) => {
    await expect(runAll(PLANTED_SEEDS, { plantInStore })).rejects.toThrow();
  });

  it.for(Object.entries(plantedOnWire))("%s", async ([, alter], { expect }) => {
    const options: FuzzedCacheOptions = { plantOnWire: (routes) => alteredWrites(routes, alter) };
    await expect(runAll(PLANTED_SEEDS, options)).rejects.toThrow();
  });
});

describe("a seed", () => {
  async function traceOf(seed: number): Promise<string> {
    const hash = createHash("sha256");
    await fuzzUploads(seed, {}, (line) => hash.update(`${line}\n`));
    return hash.digest("hex");
  }

  it("decides all that happens", async ({ expect }) => {
    const first = await traceOf(1);
    await expect(traceOf(1)).resolves.toBe(first);
    await expect(traceOf(2)).resolves.not.toBe(first);
  });
});
