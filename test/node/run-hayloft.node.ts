import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expectNoSecrets } from "../support/secrets.node.ts";

const mainFile = fileURLToPath(new URL("../../functions/node/main.node.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end: for what does not go on to serve. */
export async function runHayloft(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await runProgram(mainFile, args, { env: { ...process.env, ...env } });
}

export interface ProgramOptions {
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What it finds on standard input. */
  readonly input?: string;
}

/** Runs a program of ours to its end. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { env, input = "" }: ProgramOptions,
): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...args], { env, timeout: 20_000 });
  // It may end without having read all.
  child.stdin.on("error", () => undefined).end(input);
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  // What is on standard output may be the token that was asked for.
  expectNoSecrets(stderr);
  return { code: await code, stdout, stderr };
}
