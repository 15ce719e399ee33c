import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Cores, pinned } from "../pinned.node.ts";

const program = fileURLToPath(new URL("sha256-loop.node.ts", import.meta.url));

/** The best of them counts: whatever else the machine does can only slow it down. */
const RUNS = 3;

/** Bytes that one core hashes in a second, there where the servers run. */
export async function sha256Rate({ server }: Cores, signal: AbortSignal): Promise<number> {
  const { file, args } = pinned({ file: process.execPath, args: [program], cores: server });
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    const { stdout } = await promisify(execFile)(file, args, { signal });
    best = Math.max(best, Number(stdout));
  }
  return best;
}
