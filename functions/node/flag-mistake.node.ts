import { UsageError } from "./flags.node.ts";
import { type Flag, variableOf } from "./serve-flags.node.ts";

/** What to say of a flag's value that is none. */
export function mistake(flag: Flag, value: string, remedy: string): UsageError {
  return new UsageError(
    `--${flag} (or ${variableOf(flag)}) is ${JSON.stringify(value)}: ${remedy}`,
  );
}
