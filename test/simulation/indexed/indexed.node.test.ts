import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { runIndexed } from "./indexed-run.ts";
import { type Faults, mixes } from "./mixes.ts";
import { plantedBugs } from "./planted-bugs.ts";
import { createUniverse } from "./universe.ts";
import { BrokenPromise, type WorldOptions } from "./world.ts";

/** For each mix of faults: what takes about ten seconds in all. `npm run fuzz` runs as many as are wanted. */
const SEEDS = 20;

/** How many runs may miss a planted bug. */
const PLANTED_SEEDS = 100;

const TIMEOUT_MS = 120_000;

const universe = await createUniverse();

async function run(
  seed: number,
  faults: Faults,
  more: Pick<WorldOptions, "planted" | "trace"> = {},
): Promise<number> {
  const machinery = { hashers: nodeHashers, settle: setImmediate, universe };
  return await runIndexed({ seed, faults, ...machinery, ...more });
}

describe("the indexed store keeps its word through", () => {
  test.each(Object.entries(mixes))(
    "%s",
    async (_, faults) => {
      for (let seed = 1; seed <= SEEDS; seed++) await run(seed, faults);
    },
    TIMEOUT_MS,
  );
});

describe("the simulation finds that", () => {
  test.each(Object.entries(plantedBugs))(
    "%s",
    async (_, { plant, breaks }) => {
      for (let seed = 1; seed <= PLANTED_SEEDS; seed++) {
        const said = await run(seed, mixes.stale, { planted: plant }).catch(brokenPromise);
        if (typeof said === "string" && breaks.test(said)) return;
      }
      expect.fail(`no run of ${PLANTED_SEEDS} says that something ${breaks}`);
    },
    TIMEOUT_MS,
  );
});

/** What promise was broken; any other error is none that was looked for. */
function brokenPromise(error: unknown): string {
  if (error instanceof BrokenPromise) return error.message;
  throw error;
}

describe("a seed", () => {
  async function traceOf(seed: number): Promise<string> {
    const hash = createHash("sha256");
    await run(seed, mixes.everything, { trace: (line) => hash.update(`${line}\n`) });
    return hash.digest("hex");
  }

  test("decides all that happens", async () => {
    const first = await traceOf(1);
    await expect(traceOf(1)).resolves.toBe(first);
    await expect(traceOf(2)).resolves.not.toBe(first);
  });
});
