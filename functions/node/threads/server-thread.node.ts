import { Worker } from "node:worker_threads";
import type { Policy } from "../../access/policy.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { TlsMaterial } from "../listening/tls-material.node.ts";
import { type AskMessage, PendingQuestions } from "./pending-questions.ts";
import type { FromThread, ThreadStart, ToThread } from "./thread-messages.node.ts";
import { nothingTold, type Question, type Told } from "./thread-questions.ts";

/** A thread that serves, as the main one sees it. */
export class ServerThread {
  /** Rejects when the thread ends before it is told to stop. */
  readonly failure: Promise<never>;
  readonly #worker: Worker;
  readonly #listening = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #questions = new PendingQuestions((message) => this.#post(message));
  readonly #askAll: (question: Question) => Promise<Told>;
  #isStopping = false;

  /** `askAll` asks all threads together, for this one. */
  constructor(start: ThreadStart, askAll: (question: Question) => Promise<Told>) {
    this.#askAll = askAll;
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
      this.#questions.giveUp();
      this.#ended.resolve();
    });
  }

  /** Resolves where it listens. Throws `UsageError` where it cannot. */
  async listening(): Promise<string> {
    return await this.#listening.promise;
  }

  /** What this thread alone has to tell; nothing, if it has ended. */
  async ask(question: Question): Promise<Told> {
    return this.#isStopping ? nothingTold : await this.#questions.ask(question);
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
      case "ask":
        void this.#answer(message);
        break;
      case "answer":
        this.#questions.answer(message);
        break;
    }
  }

  async #answer({ id, question }: AskMessage): Promise<void> {
    this.#post({ kind: "answer", id, told: await this.#askAll(question) });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
