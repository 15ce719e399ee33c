import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadOrder } from "./load-order.ts";
import { type Counts, nothing } from "./tally.ts";

const program = fileURLToPath(new URL("load-main.node.ts", import.meta.url));

/** What is under way when a load is told to stop may take so long. */
const STOP_PATIENCE_MS = 60_000;

/** Load from a process of its own: a server is not driven by one that also measures it. */
export class LoadProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #counts: Counts = nothing;
  #isStopping = false;

  constructor(order: LoadOrder) {
    this.#child = fork(program, { execArgv: [] });
    this.#ended = once(this.#child, "exit");
    this.#child.on("message", (counts) => (this.#counts = counts as Counts));
    this.#child.send(order);
  }

  /** As it was told last. */
  get counts(): Counts {
    return this.#counts;
  }

  /** Throws once the process has ended by itself. */
  async untilBroken(): Promise<never> {
    await this.#ended;
    if (this.#isStopping) return await new Promise(() => undefined);
    throw new Error(`a process of the load ended with ${this.#child.exitCode}`);
  }

  /** Lets what is under way end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.connected) this.#child.send("stop");
    const impatient = setTimeout(() => this.#child.kill("SIGKILL"), STOP_PATIENCE_MS);
    await this.#ended;
    clearTimeout(impatient);
  }

  /** Ends it at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
