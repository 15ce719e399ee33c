// `npm run check`: everything that can be known without running the program. `--fix` formats and repairs first.

import { type ChildProcess, spawn } from "node:child_process";
import { parseArgs, styleText } from "node:util";
import { type Outcome, outcomeOf } from "./outcome.node.ts";
import { inProject } from "./project.node.ts";

const checks: Readonly<Record<string, () => ChildProcess>> = {
  types: () => spawn("tsc", ["--build"], inProject),
  lint: () => spawn("oxlint", [], inProject),
  format: () => spawn("oxfmt", ["--check"], inProject),
  unused: () => spawn("knip", ["--no-progress"], inProject),
  protos: () => spawn("buf", ["lint", "shared/proto"], inProject),
  generated: () => spawn("node", ["infra/tools/generate.node.ts", "--check"], inProject),
};

const { values: flags } = parseArgs({ options: { fix: { type: "boolean", default: false } } });
if (flags.fix) await fix();
const running = Object.entries(checks).map(([name, start]) => [name, outcomeOf(start())] as const);
for (const [name, outcome] of running) report(name, await outcome);

/** What cannot be repaired is left to the checks to tell. */
async function fix(): Promise<void> {
  await outcomeOf(spawn("oxlint", ["--fix"], inProject));
  await outcomeOf(spawn("oxfmt", [], inProject));
}

function report(name: string, { ok, output, seconds }: Outcome): void {
  const verdict = ok ? styleText("green", "ok    ") : styleText("red", "failed");
  console.log(`${name.padEnd(10)} ${verdict} ${seconds.toFixed(1)} s`);
  if (ok) return;
  console.log(output.trimEnd());
  process.exitCode = 1;
}
