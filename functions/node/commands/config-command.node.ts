import { configFlag, type Flag, serveFlags } from "../options/serve-flags.node.ts";
import { type Command, commandOf } from "./command.node.ts";
import { type CommandLine, onlyWord, UsageError } from "./flags.node.ts";
import { flagsHelp } from "./help.node.ts";

const flags = [configFlag, ...serveFlags];

/** `hayloft config`. */
export const configCommand: Command = commandOf({
  flags,
  help: `usage: hayloft config check [--config FILE ...] [flags of serve]
       hayloft config schema

check tells whether hayloft serve would start with the same files, environment and flags: a line for each of them with what it
decides, or else a line for each mistake, by its file and its place. Stores are not opened. schema prints the JSON Schema of such
files, for editors.

${flagsHelp([configFlag])}
examples:
  hayloft config check --config base.jsonc --config this-machine.jsonc
  hayloft config schema > hayloft.schema.json
`,
  run: async ({ words, ...line }) => {
    const task = onlyWord(words, "check or schema");
    if (task === "check") await check(line);
    else if (task === "schema") await printSchema();
    else throw new UsageError(`${task} is unknown; give check or schema`);
  },
});

async function check(line: Pick<CommandLine<Flag | "config">, "values" | "every">): Promise<void> {
  const { checkServe } = await import("../config/check-serve.node.ts");
  for (const [source, names] of await checkServe(line, process.env)) {
    process.stdout.write(`${source}: ${names.length === 0 ? "nothing" : names.join(", ")}\n`);
  }
}

async function printSchema(): Promise<void> {
  const { editorSchema } = await import("../config/json-schema.node.ts");
  process.stdout.write(`${JSON.stringify(editorSchema(), undefined, 2)}\n`);
}
