import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface CommandOptions {
  readonly cwd?: string;
  /** All of it: nothing of this process's own environment is passed on. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Runs a program to its end and gives what it printed: standard output, then standard error. Throws with that if it fails, or if
 * it still runs after the time given: then it is killed, with its process group.
 */
export async function run(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: CommandOptions,
): Promise<string> {
  const child = spawn(command, args, {
    ...options,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let complained = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complained += text));
  const kill = (): void => killGroup(child);
  const impatient = setTimeout(kill, timeoutMs);
  process.once("exit", kill);
  try {
    await once(child, "close");
  } finally {
    clearTimeout(impatient);
    process.removeListener("exit", kill);
  }
  const output = printed + complained;
  if (child.exitCode === 0) return output;
  const end = child.exitCode === null ? `was killed (${timeoutMs} ms allowed)` : "failed";
  throw new Error(`${command} ${end}:\n${output}`);
}

/** What has left the group may still hold the output open; it is not listened to any longer. */
function killGroup(leader: ChildProcess): void {
  leader.stdout?.destroy();
  leader.stderr?.destroy();
  if (leader.pid === undefined) return;
  try {
    process.kill(-leader.pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
