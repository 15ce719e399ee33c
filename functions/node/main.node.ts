import { allCommands, type CommandName, isCommandName } from "./commands/command-names.node.ts";
import type { Command } from "./commands/command.node.ts";
import { UsageError } from "./commands/flags.node.ts";

/** Only the code of the one that runs is loaded. */
const load: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import("./commands/serve-command.node.ts")).serveCommand,
  config: async () => (await import("./commands/config-command.node.ts")).configCommand,
  sizing: async () => (await import("./commands/sizing-command.node.ts")).sizingCommand,
  purge: async () => (await import("./commands/purge-command.node.ts")).purgeCommand,
  stats: async () => (await import("./commands/stats-command.node.ts")).statsCommand,
  login: async () => (await import("./commands/login-command.node.ts")).loginCommand,
  logout: async () => (await import("./commands/logout-command.node.ts")).logoutCommand,
  "credential-helper": async () =>
    (await import("./commands/credential-helper-command.node.ts")).credentialHelperCommand,
};

async function main(args: readonly string[]): Promise<void> {
  const { name, rest } = asked(args);
  const command = await load[commandNamed(name)]();
  await command.run(rest);
}

/** Which command, and what is for it. What names none is a call for help, and that of `serve` is the one to begin with. */
function asked(args: readonly string[]): { name: string; rest: readonly string[] } {
  const [first = "help", second = "serve"] = args;
  if (first === "help") return { name: second, rest: ["--help"] };
  // Flags may stand in front.
  const at = args.findIndex((arg) => isCommandName(arg));
  if (at !== -1) return { name: args[at] ?? first, rest: args.toSpliced(at, 1) };
  if (!first.startsWith("-")) return { name: first, rest: [] };
  return { name: "serve", rest: [first === "--version" ? first : "--help"] };
}

function commandNamed(text: string): CommandName {
  if (isCommandName(text)) return text;
  throw new UsageError(`unknown command ${text}; those there are: ${allCommands()}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  for (const line of error.message.split("\n")) process.stderr.write(`hayloft: ${line}\n`);
  process.exitCode = 2;
}
