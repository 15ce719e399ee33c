import { describe, expect, test } from "vitest";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { BrokenPromise, runDisk } from "./disk-run.ts";
import { faultMixes, stepsPerRun } from "./fault-mixes.ts";
import type { Faults } from "./faults.ts";

/** For each mix of faults: what takes about twenty seconds in all. `npm run fuzz` runs as many as are wanted. */
const SEEDS = 10;

const TIMEOUT_MS = 120_000;

async function run(faults: Faults, seed: number): Promise<number> {
  return await runDisk({ seed, steps: stepsPerRun, faults, hashers: nodeHashers });
}

describe("the disk store keeps its word through", () => {
  test.each(Object.entries(faultMixes))(
    "%s",
    async (_, faults) => {
      for (let seed = 1; seed <= SEEDS; seed++) await run(faults, seed);
    },
    TIMEOUT_MS,
  );
});

describe("the simulation finds", () => {
  test.each(["sync does nothing", "files do not last"] as const)(
    "that %s",
    async (planted) => {
      await expect(runUntilBroken({ ...faultMixes.crashes, planted })).rejects.toThrow(
        BrokenPromise,
      );
    },
    TIMEOUT_MS,
  );

  test.each(["what is one step is two", "uses of old blocks are not told"] as const)(
    "between threads that %s",
    async (planted) => {
      await expect(runUntilBroken({ ...faultMixes.threads, planted })).rejects.toThrow(
        BrokenPromise,
      );
    },
    TIMEOUT_MS,
  );
});

async function runUntilBroken(faults: Faults): Promise<void> {
  for (let seed = 1; seed <= 30; seed++) await run(faults, seed);
}
