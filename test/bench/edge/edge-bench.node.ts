// `npm run bench -- --of edge`: what a call costs the Worker, in a workerd of this machine with a D1 and an R2 of its own.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { KIB } from "../../support/bytes.ts";
import { bundle, startWorker } from "../../support/worker.node.ts";
import { frameLines } from "../profile/frame-lines.ts";
import { type CpuProfile, topFrames } from "../profile/top-frames.ts";
import { markdownTable } from "../../support/markdown-table.ts";
import { round } from "../../support/units.ts";
import { copiesOf } from "./copies.node.ts";
import { edgeCalls, fillRequests } from "./edge-calls.node.ts";
import { type EdgeCall, send, TOKEN } from "./edge-request.node.ts";
import { workerCpu } from "./worker-cpu.node.ts";

const { values: flags } = parseArgs({
  options: {
    /** Told already by what started this. */
    of: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    /** Calls in each round. */
    calls: { type: "string", default: "40" },
    /** A program that `--save` has written, to compare with. */
    against: { type: "string" },
    save: { type: "string" },
    /** Where the time goes, function by function. */
    profile: { type: "boolean", default: false },
  },
});

const FRAMES = 25;

if (flags.save === undefined) await bench();
else await writeFile(flags.save, await bundle());

async function bench(): Promise<void> {
  const calls = edgeCalls().filter(({ name }) => new RegExp(flags.only, "i").test(name));
  const ours = await bundle();
  const programs =
    flags.against === undefined ? [ours] : [ours, await readFile(flags.against, "utf8")];
  const columns: (readonly string[])[] = [];
  for (const [index, program] of programs.entries()) {
    hint(`bytes copied, ${index === 0 ? "now" : "before"}`);
    columns.push((await copiesOf(calls, program)).map((bytes) => `${round(bytes / KIB)} KiB`));
  }
  const costs = await measure(calls, programs);
  const header = ["a call", ...programs.flatMap((_, index) => titlesOf(index))];
  const lines = calls.map(({ name }, row) => [
    name,
    ...programs.flatMap((_, column) => [costs[column]?.[row] ?? "", columns[column]?.[row] ?? ""]),
  ]);
  process.stdout.write(`${markdownTable(header, lines)}\n`);
}

function titlesOf(index: number): readonly string[] {
  return index === 0 ? ["CPU time", "copied"] : ["before", "copied"];
}

/** The least of all rounds, in which the programs take turns: what else the machine does only adds to it. */
async function measure(
  calls: readonly EdgeCall[],
  programs: readonly string[],
): Promise<readonly (readonly string[])[]> {
  await using stack = new AsyncDisposableStack();
  const workers = await Promise.all(
    programs.map(async (contents) =>
      stack.use(await startWorker({ HAYLOFT_TOKEN: TOKEN }, [{ path: "main.js", contents }])),
    ),
  );
  for (const worker of workers) for (const request of fillRequests()) await send(worker, request);
  const costs: string[][] = workers.map(() => []);
  const perRound = Number(flags.calls);
  for (const { name, request } of calls) {
    hint(name);
    const rounds: number[][] = workers.map(() => []);
    const profiles: CpuProfile[] = [];
    // The first round warms up.
    for (let turn = 0; turn <= Number(flags.rounds); turn += 1) {
      for (const [index, worker] of workers.entries()) {
        const cpu = await workerCpu(worker, async () => {
          for (let call = 0; call < perRound; call += 1) {
            await send(worker, request(turn * perRound + call));
          }
        });
        if (turn === 0) continue;
        rounds[index]?.push(cpu.ms / perRound);
        if (index === 0) profiles.push(cpu.profile);
      }
    }
    for (const [index, ms] of rounds.entries()) {
      costs[index]?.push(`${round(Math.min(...ms))} ms`);
    }
    if (flags.profile) {
      process.stdout.write(`${frameLines(name, topFrames(profiles, FRAMES))}\n`);
    }
  }
  return costs;
}

/** What takes so long just now. */
function hint(text: string): void {
  process.stderr.write(`${text} ...\n`);
}
