import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The commit, and whether there is more than that. */
export async function ownVersion(): Promise<string> {
  const cwd = import.meta.dirname;
  try {
    const { stdout } = await promisify(execFile)("git", ["describe", "--always", "--dirty=+"], {
      cwd,
    });
    return stdout.trim();
  } catch {
    return "of an unknown commit";
  }
}
