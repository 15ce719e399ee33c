// `npm run bench`: Hayloft beside its peers, or, with `-- --of store|edge|builds|machine`, the disk store alone, the Worker,
// builds by Bazel, or what the machine takes itself.
// `-- --help` tells the rest.

import { UsageError } from "../../functions/node/commands/flags.node.ts";
import { benchServers } from "./bench-servers.node.ts";
import { benchHelp, readBenchOptions } from "./command-line.node.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const args = process.argv.slice(2);
if (isOf("store")) await import("./store/store-bench.node.ts");
else if (isOf("edge")) await import("./edge/edge-bench.node.ts");
else if (isOf("builds")) await import("./builds/builds-bench.node.ts");
else if (isOf("machine")) await import("./machine/machine-bench.node.ts");
else await main();

async function main(): Promise<void> {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopping.abort(`stopped by ${signal}`);
  for (const signal of signals) process.on(signal, stop);
  try {
    const options = readBenchOptions(args);
    if (options === undefined) say(benchHelp);
    else await benchServers(options, { signal: stopping.signal, say, progress, warn });
  } catch (error) {
    process.exitCode = 1;
    if (stopping.signal.aborted) warn(String(stopping.signal.reason));
    else if (error instanceof UsageError) warn(error.message);
    else throw error;
  } finally {
    progress("");
    for (const signal of signals) process.removeListener(signal, stop);
  }
}

function isOf(what: "store" | "edge" | "builds" | "machine"): boolean {
  return args.some(
    (arg, at) => arg === `--of=${what}` || (arg === what && args[at - 1] === "--of"),
  );
}

function say(text: string): void {
  progress("");
  process.stdout.write(`${text}\n`);
}

/** One line that is written over, for people who watch. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

function warn(text: string): void {
  progress("");
  process.stderr.write(`bench: ${text}\n`);
}
