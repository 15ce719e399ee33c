import type { ExpectStatic } from "vitest";
import type { Hayloft } from "../support/hayloft.node.ts";
import { Health } from "./health.node.ts";
import { Random } from "./random.node.ts";

const environment = process.env;
const seed = Number(environment["HAYLOFT_FUZZ_SEED"] ?? 1);

/** Runs between two looks at the server, some of which are under way at once. */
const BATCH = 100;
const WIDTH = 20;

export interface Campaign {
  /** How many runs there are unless HAYLOFT_FUZZ_RUNS says otherwise. */
  readonly runs: number;
  /** One run, with chance of its own. Throws where an answer is wrong. */
  readonly run: (random: Random) => Promise<void>;
  /** How to see that the server is unharmed; by calls of all kinds in the clear unless this says otherwise. */
  readonly health?: Pick<Health, "expectGood">;
}

/**
 * Runs a campaign against a server, and makes sure every now and then that it is unharmed. HAYLOFT_FUZZ_SEED repeats a failure,
 * and HAYLOFT_FUZZ_RUNS searches longer.
 */
export async function attack(
  hayloft: Hayloft,
  expect: ExpectStatic,
  { runs: usualRuns, run, health = new Health(hayloft) }: Campaign,
): Promise<void> {
  const runs = Number(environment["HAYLOFT_FUZZ_RUNS"] ?? usualRuns);
  for (let start = 0; start < runs; start += BATCH) {
    const end = Math.min(start + BATCH, runs);
    try {
      await runAll(start, end, run);
      await health.expectGood(expect);
    } catch (error) {
      const where = `runs ${start} to ${end - 1} of HAYLOFT_FUZZ_SEED=${seed}`;
      throw new Error(`${where}: ${String(error)}`, { cause: error });
    }
  }
}

async function runAll(start: number, end: number, run: Campaign["run"]): Promise<void> {
  let next = start;
  const worker = async (): Promise<void> => {
    while (next < end) await run(new Random(Math.imul(seed, 0x9e3779b1) + next++));
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
}
