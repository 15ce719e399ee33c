import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expectNoSecrets } from "./secrets.node.ts";

/** A cache server in a process of its own, as `npm start` runs it. */
export interface Hayloft extends AsyncDisposable {
  /** Where it listens: `127.0.0.1:PORT`, or `unix:PATH` where it was told so. */
  readonly address: string;
  readonly url: string;
  readonly pid: number;
  /** What it has printed so far, standard output and standard error together. */
  output(): string;
  /** Ends it and removes its data, unless that was given. The exit code, or null when it had to be killed. Throws where it printed a secret. */
  stop(): Promise<number | null>;
  /** Ends it at once, without a word, and removes no data. */
  kill(): Promise<void>;
}

export interface HayloftOptions {
  /** Flags after `serve --listen 127.0.0.1:0 --data DATA`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A data folder that outlives the server; a temporary one if left out. */
  readonly data?: string;
  /** The program, where it is not Hayloft's own. */
  readonly main?: string;
  /** What is started in place of Node and the program: it gets the flags. */
  readonly command?: readonly [string, ...(readonly string[])];
}

const mainFile = fileURLToPath(new URL("../../functions/node/main.node.ts", import.meta.url));
const startPatienceMs = 20_000;
const stopPatienceMs = 30_000;

export async function startHayloft(options: HayloftOptions = {}): Promise<Hayloft> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), "hayloft-test-")));
  const flags = ["serve", "--listen", "127.0.0.1:0", "--data", data, ...(options.args ?? [])];
  const [program, ...words] = options.command ?? [process.execPath, options.main ?? mainFile];
  const child = spawn(program, [...words, ...flags], {
    // Tests that ask for no line for each request are to see trouble.
    env: { ...environmentWithoutHayloft(), HAYLOFT_LOG_LEVEL: "warn", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  const exited = once(child, "close").then(() => child.exitCode);
  const killWithUs = (): void => {
    child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  process.once("exit", killWithUs);

  let stopping: Promise<number | null> | undefined;
  const stopOnce = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const impatient = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
    const code = await exited;
    clearTimeout(impatient);
    process.removeListener("exit", killWithUs);
    if (options.data === undefined) await rm(data, { recursive: true, force: true });
    expectNoSecrets(output());
    return code;
  };
  const stop = (): Promise<number | null> => (stopping ??= stopOnce());
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    process.removeListener("exit", killWithUs);
    expectNoSecrets(output());
  };

  try {
    const address = await listeningAddress(child, output, exited);
    if (child.pid === undefined) throw new Error("the server listens but has no process id");
    return {
      address,
      url: `http://${address}`,
      pid: child.pid,
      output,
      stop,
      kill,
      [Symbol.asyncDispose]: async () => void (await stop()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The developer's own settings, of Hayloft and of traces, are no part of a test. */
function environmentWithoutHayloft(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(?:HAYLOFT|OTEL)_/.test(name));
  return Object.fromEntries(entries);
}

function collectOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  }
  return () => text;
}

/** The address that the server says it listens on; an error with its output if it ends or stays silent instead. */
async function listeningAddress(
  child: ChildProcess,
  output: () => string,
  exited: Promise<number | null>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = (): void => {
    const address = /listening on (unix:\S+|\S+:\d+)\D/.exec(output())?.[1];
    if (address !== undefined) resolve(address);
  };
  child.stdout?.on("data", look);
  child.stderr?.on("data", look);
  child.once("error", reject);
  void exited.then((code) =>
    reject(new Error(`the server ended with code ${code} before it listened:\n${output()}`)),
  );
  const impatient = setTimeout(
    () => reject(new Error(`the server did not listen in ${startPatienceMs} ms:\n${output()}`)),
    startPatienceMs,
  );
  try {
    return await promise;
  } finally {
    clearTimeout(impatient);
    child.stdout?.off("data", look);
    child.stderr?.off("data", look);
  }
}
