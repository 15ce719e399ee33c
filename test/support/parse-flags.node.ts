import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "../../functions/node/commands/flags.node.ts";

/** The flags of one of the project's own commands. Throws `UsageError`. */
export function parseFlags<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${message}; see --help`, { cause });
  }
}
