import { commandSummaries } from "./command-names.node.ts";
import type { FlagSetting } from "./flags.node.ts";

/** The part of a help text that explains flags; `orElse` says what stands in for one that is left out. */
export function flagsHelp<Name extends string>(
  flags: readonly FlagSetting<Name>[],
  orElse: (flag: Name) => string = () => "",
): string {
  const lines = flags.map(
    ({ name, value = "", fallback, help }) =>
      `${`  --${name} ${value}`.trimEnd()}\n      ${help}\n      default: ${fallback}${orElse(name)}\n`,
  );
  return `flags:\n${lines.join("")}  --help\n  --version\n`;
}

/** The part of a help text that names all commands. */
export function commandsHelp(): string {
  const commands = Object.entries(commandSummaries);
  const width = Math.max(...commands.map(([name]) => name.length));
  const lines = commands.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `commands (hayloft help COMMAND explains one):\n${lines.join("")}`;
}
