// `npm run conformance -- --url URL`: checks any server, and prints a table of what it found.

import { writeFileSync } from "node:fs";
import { helpText, readCommandLine, type Run, UsageError } from "./command-line.node.ts";
import { asJson, asMarkdown, asText, failedMusts } from "./report.node.ts";
import type { Progress } from "./run.node.ts";

/** Enough to write the last lines, wherever they go. */
const LAST_WORD_MS = 1000;

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`conformance: ${error.message}\n`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2));
  if (command === "help") {
    process.stdout.write(helpText);
  } else if (command === "write results") {
    const { writeResults } = await import("./write-results.node.ts");
    await writeResults();
  } else {
    await check(command);
  }
}

async function check(command: Run): Promise<void> {
  // A check that failed may have left calls behind, which fail later.
  process.on("unhandledRejection", () => undefined);
  // Only now, so that help and mistakes do not wait for the checks.
  const { run } = await import("./run.node.ts");
  const sections = await run(command, process.stderr.isTTY ? showProgress : () => undefined);
  const report = { server: command.baseUrl, sections };
  if (command.json !== undefined) writeFileSync(command.json, asJson(report));
  if (command.markdown !== undefined) writeFileSync(command.markdown, asMarkdown(report));
  process.stdout.write(asText(report));
  process.exitCode = failedMusts(report).length === 0 ? 0 : 1;
  // oxlint-disable-next-line unicorn/no-process-exit -- what ran out of time may hold on to its connection for ever
  setTimeout(() => process.exit(), LAST_WORD_MS).unref();
}

const showProgress: Progress = ({ number }, done, of) => {
  process.stderr.write(`\r${done} of ${of}: ${number.padEnd(6)}${done === of ? "\n" : ""}`);
};
