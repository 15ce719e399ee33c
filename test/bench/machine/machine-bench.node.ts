// `npm run bench -- --of machine`: what the system and hashes take of a MiB at least, whatever a server makes of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseCores, pinned } from "../pinned.node.ts";

const program = fileURLToPath(new URL("machine-costs.node.ts", import.meta.url));

const { values: flags } = parseArgs({
  options: {
    /** Told already by what started this. */
    of: { type: "string" },
    folder: { type: "string", default: tmpdir() },
  },
});

const cores = chooseCores();
const { file, args } = pinned({
  file: process.execPath,
  args: [program, flags.folder, ...(cores.load === undefined ? [] : [cores.load])],
  cores: cores.server,
});
const child = spawn(file, args, { stdio: "inherit" });
await once(child, "exit");
process.exitCode = child.exitCode ?? 1;
