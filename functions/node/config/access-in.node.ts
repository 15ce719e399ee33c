import { UsageError } from "../commands/flags.node.ts";
import { readFileSettings } from "./file-settings.node.ts";

/** What configuration files say by now of who may do what, as `--access` has it. Throws `UsageError`. */
export async function accessIn(
  files: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { values, mistakes } = await readFileSettings(files, environment);
  if (mistakes.length > 0) throw new UsageError(mistakes.join("; "));
  if (values.access !== undefined) return values.access;
  throw new UsageError(`the access policy is gone from ${files.join(", ")}`);
}
