import { readFile } from "node:fs/promises";
import { readCommandLine, UsageError } from "./flags.node.ts";
import { helpText } from "./help.node.ts";
import { readOptions } from "./options.node.ts";

async function main(args: readonly string[]): Promise<void> {
  const { help, version, commands, values } = readCommandLine(args, process.env);
  const [command, extra] = commands;
  if (help || (command === undefined && !version)) {
    process.stdout.write(helpText);
  } else if (version) {
    process.stdout.write(`hayloft ${await packageVersion()}\n`);
  } else if (command !== "serve") {
    throw new UsageError(`unknown command ${command}; the one there is: hayloft serve`);
  } else if (extra !== undefined) {
    throw new UsageError(`${extra} is no flag; see --help`);
  } else {
    const options = readOptions(values);
    // Only now, so that help and mistakes do not wait for the server's code.
    const { serve } = await import("./serve.node.ts");
    await serve(options);
  }
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return /"version": "(?<version>[^"]+)"/.exec(text)?.groups?.["version"] ?? "unknown";
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`hayloft: ${error.message}\n`);
  process.exitCode = 2;
}
