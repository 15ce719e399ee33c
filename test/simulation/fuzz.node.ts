// `npm run fuzz`: the simulations, and the protocol, with random seeds, for `-- --minutes 5` or until it is interrupted.

import { randomInt } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { protocolMixes } from "../fuzz/protocol-mixes.node.ts";
import { fuzzHttp2, http2Mixes } from "../http2/fuzz/fuzz-http2.node.ts";
import { runDisk } from "./disk-run.ts";
import { faultMixes, stepsPerRun } from "./fault-mixes.ts";
import { runIndexed } from "./indexed/indexed-run.ts";
import { mixes as indexedMixes } from "./indexed/mixes.ts";
import { createUniverse } from "./indexed/universe.ts";

/** One store under one mix of faults, or one kind of calls. */
interface Subject {
  readonly of: string;
  readonly mix: string;
  /** Resolves how many operations the seed's run had. */
  readonly run: (seed: number) => Promise<number>;
}

const MINUTE_MS = 60_000;
const REPORT_EVERY_MS = 10_000;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string" },
    seed: { type: "string", default: String(randomInt(2 ** 32)) },
    of: { type: "string" },
    mix: { type: "string" },
    runs: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

const startMs = performance.now();
const endMs = startMs + numberOf("minutes", flags.minutes) * MINUTE_MS;
const maxRuns = numberOf("runs", flags.runs);
const trace = flags.trace ? say : undefined;
const machinery = {
  hashers: nodeHashers,
  settle: setImmediate,
  universe: await createUniverse(),
  trace,
};

const allSubjects: readonly Subject[] = [
  ...Object.entries(faultMixes).map(([mix, faults]) => ({
    of: "disk",
    mix,
    run: (seed: number) => runDisk({ seed, steps: stepsPerRun, faults, hashers: nodeHashers }),
  })),
  ...Object.entries(indexedMixes).map(([mix, faults]) => ({
    of: "indexed",
    mix,
    run: (seed: number) => runIndexed({ seed, faults, ...machinery }),
  })),
  ...Object.entries(protocolMixes).map(([mix, run]) => ({
    of: "protocol",
    mix,
    run: (seed: number) => run(seed, trace),
  })),
  ...http2Mixes.map((mix) => ({
    of: "http2",
    mix,
    run: (seed: number) => fuzzHttp2(seed, mix),
  })),
];
const subjects = allSubjects.filter(
  ({ of, mix }) => (flags.of ?? of) === of && (flags.mix ?? mix) === mix,
);
if (subjects.length === 0) {
  const known = allSubjects.map(({ of, mix }) => `--of ${of} --mix ${mix}`);
  throw new Error(`there is only ${known.join(", ")}`);
}

let runs = 0;
let operations = 0;
let interrupted = false;
process.once("SIGINT", () => (interrupted = true));

say(`From seed ${flags.seed}, through ${subjects.map(nameOf).join(", ")}.`);
await fuzz();
report();

/** Seed after seed, each through every mix. */
async function fuzz(): Promise<void> {
  let reportedMs = startMs;
  for (let seed = numberOf("seed", flags.seed); ; seed = (seed + 1) % 2 ** 32) {
    for (const subject of subjects) {
      // A run never waits for anything real, so nothing else would let an interrupt in.
      await setImmediate();
      if (interrupted || runs >= maxRuns || performance.now() >= endMs) return;
      if (!(await keepsItsWord(subject, seed))) return;
    }
    if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    report();
  }
}

async function keepsItsWord(subject: Subject, seed: number): Promise<boolean> {
  try {
    operations += await subject.run(seed);
    runs += 1;
    return true;
  } catch (error) {
    say(String(error instanceof Error ? error.stack : error));
    const { of, mix } = subject;
    say(`Replay it with: npm run fuzz -- --of ${of} --mix ${mix} --seed ${seed} --runs 1`);
    process.exitCode = 1;
    return false;
  }
}

function nameOf({ of, mix }: Subject): string {
  return `${of}: ${mix}`;
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
