import { globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every file that is or would be committed, dotfiles aside, by path from the top. Asks no git: CI may have none. */
export const files: readonly string[] = globSync("**", {
  cwd: root,
  exclude: ignoredPatterns(),
  withFileTypes: true,
})
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"));

/** Source code written by hand, by path from the top. */
export const sources: readonly string[] = files.filter(
  (path) => /\.[jt]s$/.test(path) && !path.startsWith("shared/proto/gen/"),
);

function ignoredPatterns(): readonly string[] {
  const patterns = read(".gitignore").split("\n");
  return patterns
    .filter((pattern) => pattern !== "")
    .map((pattern) => `**/${pattern.replace(/\/$/, "")}`);
}
