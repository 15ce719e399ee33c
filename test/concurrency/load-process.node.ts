import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  /** Calls on each connection. */
  readonly streams: number;
  /** The number of the first sample call, so that several processes do not upload the same. */
  readonly firstCall: number;
}

export interface LoadResult {
  readonly completed: number;
  /** The first few. */
  readonly failures: readonly string[];
}

const program = fileURLToPath(new URL("load.node.ts", import.meta.url));

/** A process full of clients: a server on one core is not driven by one that shares its core with the test. */
export class LoadProcess implements Disposable {
  readonly #child: ChildProcess = fork(program, { execArgv: [] });

  /** Resolves once all calls are open at the server. */
  async open(order: LoadOrder): Promise<void> {
    this.#child.send(order);
    await this.#message();
  }

  /** Completes all calls. */
  async complete(): Promise<LoadResult> {
    this.#child.send("complete");
    return (await this.#message()) as LoadResult;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  async #message(): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      this.#child.once("message", resolve);
      this.#child.once("exit", (code) => reject(new Error(`a load process ended with ${code}`)));
    });
  }
}
