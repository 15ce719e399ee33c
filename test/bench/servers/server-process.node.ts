import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, pinned } from "../pinned.node.ts";

const startPatienceMs = 20_000;
const stopPatienceMs = 10_000;
const KEPT_OUTPUT = 4000;

/** A child that serves until it is disposed of. */
export class ServerProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #killWithUs: () => void;
  #output = "";

  private constructor(child: ChildProcess, pid: number, heard: (text: string) => void) {
    this.#child = child;
    this.pid = pid;
    this.#exited = once(child, "close");
    this.#killWithUs = () => child.kill("SIGKILL");
    process.once("exit", this.#killWithUs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
        heard(text);
      });
    }
  }

  /** `heard` is told of all that it prints, as it comes. */
  static async start(
    command: Command,
    heard: (text: string) => void = () => undefined,
  ): Promise<ServerProcess> {
    const { file, args } = pinned(command);
    const env = { ...withoutOurs(process.env), ...command.env };
    // A group of its own: Ctrl-C is for this program, which then ends its servers in turn.
    const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    await once(child, "spawn");
    if (child.pid === undefined) throw new Error(`${file} has started without a process id`);
    return new ServerProcess(child, child.pid, heard);
  }

  /** What it has printed last. */
  get output(): string {
    return this.#output;
  }

  /** Resolves once `look` finds what it looks for. Throws if the process ends or takes too long. */
  async until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    const endMs = performance.now() + startPatienceMs;
    while (this.#child.exitCode === null && performance.now() < endMs) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(20);
    }
    throw new Error(`the server is not ready:\n${this.#output}`);
  }

  /** Resolves once something listens at each of the ports. */
  async untilListening(ports: readonly number[]): Promise<void> {
    for (const port of ports) await this.until(async () => await listens(port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const impatient = setTimeout(() => this.#child.kill("SIGKILL"), stopPatienceMs);
    await this.#exited;
    clearTimeout(impatient);
    process.removeListener("exit", this.#killWithUs);
  }
}

/** Settings of the developer's own Hayloft are no part of a benchmark. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("HAYLOFT_")));
}

async function listens(port: number): Promise<true | undefined> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
