import type { SpawnOptions } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

const tools = join(root, "node_modules", ".bin");

/** Runs a tool of the project at the top of the repository, whoever starts it and from where. */
export const inProject: SpawnOptions = {
  cwd: root,
  env: { ...process.env, PATH: [tools, process.env["PATH"]].join(delimiter) },
  stdio: ["ignore", "pipe", "pipe"],
};
