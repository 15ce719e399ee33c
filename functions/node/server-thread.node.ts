import { Worker } from "node:worker_threads";
import type { Metric } from "../../shared/metric.ts";
import { UsageError } from "./flags.node.ts";
import type { Policy } from "../access/policy.ts";
import type { TlsMaterial } from "./tls-material.node.ts";
import type { FromThread, ThreadStart, ToThread } from "./thread-messages.node.ts";

/** A thread that serves, as the main one sees it. */
export class ServerThread {
  /** Rejects when the thread ends before it is told to stop. */
  readonly failure: Promise<never>;
  readonly #worker: Worker;
  readonly #listening = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #counts = new Map<number, (metrics: readonly Metric[]) => void>();
  readonly #metrics: () => Promise<readonly Metric[]>;
  #counted = 0;
  #isStopping = false;

  /** `metrics` tells what all threads together have. */
  constructor(start: ThreadStart, metrics: () => Promise<readonly Metric[]>) {
    this.#metrics = metrics;
    this.#worker = new Worker(new URL("thread-main.node.ts", import.meta.url), {
      workerData: start,
      transferList: [start.share.blobs.port, start.share.actions.port],
    });
    const failure = Promise.withResolvers<never>();
    this.failure = failure.promise;
    const fail = (error: unknown): void => {
      failure.reject(error);
      this.#listening.reject(error);
    };
    // They are heard of where they are awaited.
    this.failure.catch(() => undefined);
    this.#listening.promise.catch(() => undefined);
    this.#worker.on("message", (message: FromThread) => this.#hear(message, fail));
    this.#worker.once("error", fail);
    this.#worker.once("exit", (code) => {
      if (!this.#isStopping) fail(new Error(`a thread that serves ended with code ${code}`));
      for (const resolve of this.#counts.values()) resolve([]);
      this.#ended.resolve();
    });
  }

  /** Resolves where it listens. Throws `UsageError` where it cannot. */
  async listening(): Promise<string> {
    return await this.#listening.promise;
  }

  /** What this thread alone counts; nothing of one that has ended. */
  async count(): Promise<readonly Metric[]> {
    if (this.#isStopping) return [];
    const id = ++this.#counted;
    const { promise, resolve } = Promise.withResolvers<readonly Metric[]>();
    this.#counts.set(id, resolve);
    this.#post({ kind: "count", id });
    return await promise;
  }

  renewAccess(policy: Policy): void {
    this.#post({ kind: "access", policy });
  }

  renewTls(tls: TlsMaterial): void {
    this.#post({ kind: "tls", tls });
  }

  /** Lets its requests end; resolves once it has. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#post({ kind: "stop" });
    await this.#ended.promise;
  }

  /** Ends it at once. */
  async terminate(): Promise<void> {
    this.#isStopping = true;
    await this.#worker.terminate();
  }

  #hear(message: FromThread, fail: (error: unknown) => void): void {
    switch (message.kind) {
      case "listening":
        this.#listening.resolve(message.address);
        break;
      case "refused":
        fail(new UsageError(message.message));
        break;
      case "ask-metrics":
        void this.#answer(message.id);
        break;
      case "counted":
        this.#counts.get(message.id)?.(message.metrics);
        this.#counts.delete(message.id);
        break;
    }
  }

  async #answer(id: number): Promise<void> {
    this.#post({ kind: "metrics", id, metrics: await this.#metrics() });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
