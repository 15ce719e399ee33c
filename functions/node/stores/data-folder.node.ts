import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";

/** Makes the data folder where it is missing. Throws `UsageError` where it cannot be used. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `cannot use the data folder ${folder} (${codeOf(cause)}); give one that can be written with --data`,
      { cause },
    );
  }
}

/** Node's own recursive way never ends where a file system refuses folders, as /proc does. */
async function makeFolder(folder: string): Promise<void> {
  const isThere = (error: unknown): boolean => codeOf(error) === "EEXIST";
  try {
    await mkdir(folder);
  } catch (error) {
    if (isThere(error)) return;
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
}
