// `npm run soak`: a server under mixed load for a long time, and whether its memory and descriptors stay flat. `-- --help` tells the rest.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../functions/node/commands/flags.node.ts";
import { MIB } from "../support/bytes.ts";
import { ownVersion } from "../support/own-version.node.ts";
import { readSoakOptions, type SoakOptions, soakHelp } from "./command-line.node.ts";
import { totalOf } from "./load/tally.ts";
import { reportText } from "./results/markdown.ts";
import { faultsOf } from "./results/report.ts";
import { writeReport } from "./results/write-report.node.ts";
import { writeResults } from "./results/write-results.node.ts";
import { runSoak } from "./run-soak.node.ts";
import type { Sample } from "./sampling/sample.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

await main();

async function main(): Promise<void> {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopping.abort(`stopped by ${signal}`);
  for (const signal of signals) process.on(signal, stop);
  try {
    const options = readSoakOptions(process.argv.slice(2));
    if (options === undefined) say(soakHelp);
    else await soak(options, stopping.signal);
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof UsageError)) throw error;
    progress("");
    process.stderr.write(`soak: ${error.message}\n`);
  } finally {
    for (const signal of signals) process.removeListener(signal, stop);
  }
}

async function soak(options: SoakOptions, stop: AbortSignal): Promise<void> {
  const { out, folder, write, shape, workers } = options;
  if (out !== undefined) await mkdir(out, { recursive: true });
  const kept = out ?? (await mkdtemp(join(folder, "hayloft-samples-")));
  try {
    const report = await runSoak(options, {
      stop,
      commit: await ownVersion(),
      samplesFile: join(kept, "samples.ndjson"),
      seen: (sample) => progress(lineOf(sample)),
    });
    if (out !== undefined) await writeReport(report, out, "report");
    const name = workers === 1 ? shape : `${shape}-${workers}-workers`;
    if (write) await writeResults(report, name);
    say(reportText(report));
    process.exitCode = faultsOf(report).length === 0 ? 0 : 1;
  } finally {
    progress("");
    if (out === undefined) await rm(kept, { recursive: true });
  }
}

function lineOf({ phase, seconds, residentBytes, descriptors, counts, builds }: Sample): string {
  return [
    `${phase}, ${(seconds / 60).toFixed(1)} min`,
    `${Math.round(residentBytes / MIB)} MiB`,
    `${descriptors} descriptors`,
    `${counts.requests} requests`,
    `${builds} builds`,
    `${totalOf(counts.troubles)} troubles`,
  ].join(", ");
}

function say(text: string): void {
  progress("");
  process.stdout.write(`${text}\n`);
}

/** One line that is written over, for people who watch. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}
