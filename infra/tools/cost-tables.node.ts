import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTables } from "../costs/readme.ts";
import { root } from "./project.node.ts";

const readme = join(root, "infra", "costs", "README.md");

/** Writes the tables of the cost model into its README. */
export async function writeCostTables(): Promise<void> {
  await writeFile(readme, withTables(await readFile(readme, "utf8")));
}

/** Whether the README has the tables as the model makes them. */
export async function areCostTablesCurrent(): Promise<boolean> {
  const text = await readFile(readme, "utf8");
  return text === withTables(text);
}
