import { spawn } from "node:child_process";
import { once } from "node:events";
import { inProject } from "../tools/project.node.ts";

/** One run of wrangler, and what it is to read from its standard input. */
export interface Command {
  readonly args: readonly string[];
  readonly input?: string;
}

export interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Tests put another program in its place. */
const program = process.env["HAYLOFT_WRANGLER"] ?? "wrangler";

const plainText = { FORCE_COLOR: "0", NO_COLOR: "1" };

/** Runs wrangler, without a terminal: it asks nothing, and takes what it would have proposed. */
export async function wrangler({ args, input = "" }: Command): Promise<Answer> {
  const child = spawn(program, args, {
    ...inProject,
    env: { ...inProject.env, ...plainText },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // One that reads no input may be gone before it is written.
  child.stdin.on("error", () => undefined).end(input);
  await once(child, "close");
  return { ok: child.exitCode === 0, stdout, stderr };
}

/** The same, where only success will do. Throws with what wrangler said. */
export async function mustRun(command: Command): Promise<string> {
  const answer = await wrangler(command);
  if (answer.ok) return answer.stdout;
  throw failure(command, answer);
}

export function failure(command: Command, { stdout, stderr }: Answer): Error {
  return new Error(`${shown(command)} failed:\n${(stderr || stdout).trim()}`);
}

/** The command as one would type it. */
export function shown({ args }: Command): string {
  return ["npx wrangler", ...args].join(" ");
}
