import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The files, by path inside the folders, that are not in both or not the same in both. */
export async function differingFiles(one: string, other: string): Promise<readonly string[]> {
  const [inOne, inOther] = await Promise.all([contentsOf(one), contentsOf(other)]);
  const paths = new Set([...inOne.keys(), ...inOther.keys()]);
  return [...paths].filter((path) => inOne.get(path) !== inOther.get(path)).toSorted();
}

async function contentsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file) => [relative(folder, file), await readFile(file, "utf8")] as const),
    ),
  );
}
