import { createServer } from "node:net";
import type { Policy } from "../../access/policy.ts";
import { UsageError } from "../commands/flags.node.ts";
import type { TlsMaterial } from "../listening/tls-material.node.ts";
import type { ServeOptions } from "../options/options.node.ts";
import { portTrouble } from "../server.node.ts";
import type { OpenStores } from "../stores/open-stores.node.ts";
import { ServerThread } from "./server-thread.node.ts";
import { type Question, type Told, toldTogether } from "./thread-questions.ts";

/** Several threads that serve one port, each with its part of the connections, while this one owns the store. */
export class ServerThreads {
  readonly address: string;
  /** Rejects when a thread has ended: half of a server would be one that nobody looks after. */
  readonly failure: Promise<never>;
  readonly #threads: readonly ServerThread[];

  private constructor(address: string, threads: readonly ServerThread[]) {
    this.address = address;
    this.#threads = threads;
    this.failure = this.#failed();
    // It is heard of where it is awaited.
    this.failure.catch(() => undefined);
  }

  /** Throws `UsageError` where they cannot listen. */
  static async start(
    stores: OpenStores,
    options: ServeOptions,
    tls: TlsMaterial | undefined,
    ofAll: (question: Question) => Told,
  ): Promise<ServerThreads> {
    const { share } = stores;
    if (share === undefined) {
      throw new UsageError("--workers is for --store disk; leave it out");
    }
    if (options.passedFds.length === 0) await refuseTaken(options);
    const threads: ServerThread[] = [];
    const askAll = async (question: Question): Promise<Told> => {
      const told = await Promise.all(threads.map(async (thread) => await thread.ask(question)));
      return toldTogether([...told, ofAll(question)]);
    };
    const startOne = async (port: number): Promise<string> => {
      const fd = options.passedFds[threads.length];
      const thread = new ServerThread({ options, port, fd, tls, share: share() }, askAll);
      threads.push(thread);
      return await thread.listening();
    };
    try {
      const address = await startOne(options.port);
      const port = Number(address.slice(address.lastIndexOf(":") + 1));
      const others = Array.from({ length: options.workers - 1 }, async () => await startOne(port));
      await Promise.all(others);
      return new ServerThreads(address, threads);
    } catch (error) {
      await Promise.all(threads.map(async (thread) => await thread.terminate()));
      throw error;
    }
  }

  renewAccess(policy: Policy): void {
    for (const thread of this.#threads) thread.renewAccess(policy);
  }

  renewTls(tls: TlsMaterial): void {
    for (const thread of this.#threads) thread.renewTls(tls);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(async (thread) => await thread.stop()));
  }

  async #failed(): Promise<never> {
    try {
      return await Promise.race(this.#threads.map(async ({ failure }) => await failure));
    } catch (error) {
      await Promise.all(this.#threads.map(async (thread) => await thread.terminate()));
      throw error;
    }
  }
}

/** A port that threads share could be shared by a second server, too, and nobody would notice. */
async function refuseTaken({ host, port }: ServeOptions): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen({ host, port }, resolve);
    });
  } catch (cause) {
    throw portTrouble(cause, host, port);
  }
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
}
