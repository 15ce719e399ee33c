import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** How a command ended. */
export interface Outcome {
  readonly ok: boolean;
  /** Standard output and standard error together. */
  readonly output: string;
  readonly seconds: number;
}

/** Waits for a command that was just started. Throws if it could not be started. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const startMs = performance.now();
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  await once(child, "close");
  const seconds = (performance.now() - startMs) / 1000;
  return { ok: child.exitCode === 0, output, seconds };
}
