import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

const holder = fileURLToPath(new URL("socket-holder.node.ts", import.meta.url));

export interface ActivatedOptions {
  /** Flags after `serve --data DATA`. */
  readonly args?: readonly string[];
  /** Sockets that share a port. */
  readonly sockets?: number;
  /** An address of this machine, 127.0.0.1 if left out, or the path of a unix socket. */
  readonly at?: string;
}

const PATIENCE = { timeout: 40_000, interval: 5 };

/** A cache server on sockets that another process keeps open, and which starts it again whenever it has ended well. */
export class ActivatedHayloft implements AsyncDisposable {
  readonly #data: string;
  readonly #holder;
  #output = "";

  private constructor(
    data: string,
    { args = [], sockets = 1, at = "127.0.0.1" }: ActivatedOptions,
  ) {
    this.#data = data;
    const flags = ["--data", data, ...args];
    this.#holder = spawn(process.execPath, [holder, at, String(sockets), ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#holder.stdout, this.#holder.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (this.#output += chunk));
    }
  }

  /** Resolves when it listens. */
  static async start(options: ActivatedOptions = {}): Promise<ActivatedHayloft> {
    const data = await mkdtemp(join(tmpdir(), "hayloft-activated-"));
    const hayloft = new ActivatedHayloft(data, options);
    try {
      await hayloft.#listens(1);
    } catch (error) {
      await hayloft[Symbol.asyncDispose]();
      throw error;
    }
    return hayloft;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Where it listens, as it says of itself. */
  get address(): string {
    return this.#words(/listening on (.+) \(gRPC/g).at(-1) ?? "";
  }

  /** How many processes have come to serve. */
  get starts(): number {
    return this.#words(/listening on (.+) \(gRPC/g).length;
  }

  /** The process that serves. */
  get pid(): number {
    return Number(this.#words(/^process (\d+)$/gm).at(-1));
  }

  /** Ends the process that serves as systemd does; resolves when another one listens. */
  async restart(): Promise<void> {
    const { starts } = this;
    process.kill(this.pid, "SIGTERM");
    await this.#listens(starts + 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#holder.exitCode === null) {
      const closed = once(this.#holder, "close");
      this.#holder.kill("SIGKILL");
      process.kill(this.pid, "SIGTERM");
      await closed;
    }
    await rm(this.#data, { recursive: true, force: true });
  }

  /** Throws with what it has printed where it does not come to. */
  async #listens(starts: number): Promise<void> {
    const isOver = (): boolean => this.starts === starts || this.#holder.exitCode !== null;
    await vi.waitUntil(isOver, PATIENCE).catch(() => undefined);
    if (this.starts !== starts) throw new Error(`it did not come to listen:\n${this.#output}`);
  }

  #words(pattern: RegExp): readonly string[] {
    return [...this.#output.matchAll(pattern)].map(([, word = ""]) => word);
  }
}
