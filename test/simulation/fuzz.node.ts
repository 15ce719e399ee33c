// `npm run fuzz`: the disk simulation with random seeds, for `-- --minutes 5` or until it is interrupted.

import { randomInt } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { runDisk } from "./disk-run.ts";
import { faultMixes, stepsPerRun } from "./fault-mixes.ts";
import type { Faults } from "./faults.ts";

const MINUTE_MS = 60_000;
const REPORT_EVERY_MS = 10_000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string" },
    seed: { type: "string", default: String(randomInt(2 ** 32)) },
    mix: { type: "string" },
    runs: { type: "string" },
  },
});

const startMs = performance.now();
const endMs = startMs + numberOf("minutes", flags.minutes) * MINUTE_MS;
const maxRuns = numberOf("runs", flags.runs);
const mixes = Object.entries(faultMixes).filter(([name]) => (flags.mix ?? name) === name);
if (mixes.length === 0) throw new Error(`--mix is one of ${Object.keys(faultMixes).join(", ")}`);

let runs = 0;
let operations = 0;
let interrupted = false;
process.once("SIGINT", () => (interrupted = true));

say(`From seed ${flags.seed}, through ${mixes.map(([name]) => name).join(", ")}.`);
await fuzz();
report();

/** Seed after seed, each through every mix. */
async function fuzz(): Promise<void> {
  let reportedMs = startMs;
  for (let seed = numberOf("seed", flags.seed); ; seed = (seed + 1) % 2 ** 32) {
    for (const [name, faults] of mixes) {
      // A run never waits for anything real, so nothing else would let an interrupt in.
      await setImmediate();
      if (interrupted || runs >= maxRuns || performance.now() >= endMs) return;
      if (!(await keepsItsWord(name, faults, seed))) return;
    }
    if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    report();
  }
}

async function keepsItsWord(name: string, faults: Faults, seed: number): Promise<boolean> {
  try {
    operations += await runDisk({ seed, steps: stepsPerRun, faults, hashers: nodeHashers });
    runs += 1;
    return true;
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error));
    say(`Replay it with: npm run fuzz -- --mix ${name} --seed ${seed} --runs 1`);
    process.exitCode = 1;
    return false;
  }
}

function report(): void {
  const seconds = Math.round((performance.now() - startMs) / 1000);
  say(`${seconds} s: ${runs} runs, ${operations} operations`);
}

function numberOf(flag: string, text: string | undefined): number {
  const number = Number(text ?? Infinity);
  if (!(number >= 0)) throw new Error(`--${flag} is a number, not ${text}`);
  return number;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
