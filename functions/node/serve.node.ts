import { StoreError } from "../../shared/stores/store-error.ts";
import { banner } from "./banner.node.ts";
import { UsageError } from "./flags.node.ts";
import { type OpenStores, openStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import { Server } from "./server.node.ts";
import { ServerThreads } from "./server-threads.node.ts";

/** Serves until a signal stops the process, then lets the requests under way end. Throws `UsageError` where it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  await using stores = await open(options);
  const server = await start(stores, options);
  process.stdout.write(`${banner(server.address, options, stores.description)}\n`);
  await Promise.race([stopSignal(), server.failure]);
  process.stderr.write("hayloft: stopping; requests under way may end first\n");
  await server.stop();
}

/** What serves, in this thread or in several. */
interface Serving {
  readonly address: string;
  /** Rejects when it cannot go on. */
  readonly failure: Promise<never>;
  stop(): Promise<void>;
}

async function start(stores: OpenStores, options: ServeOptions): Promise<Serving> {
  if (options.workers > 1) return await ServerThreads.start(stores, options);
  const server = await Server.start(stores, options, options.port, (own) => [
    ...stores.metrics(),
    ...own,
  ]);
  const { address } = server;
  const failure = new Promise<never>(() => undefined);
  return { address, failure, stop: async () => await server.stop() };
}

/** What keeps a store from opening is for whoever started the server. */
async function open(options: ServeOptions): Promise<OpenStores> {
  try {
    return await openStores(options);
  } catch (cause) {
    if (cause instanceof StoreError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

/** Resolves on the first signal to stop; a second one then ends the process at once, as by default. */
async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.off("SIGTERM", stop).off("SIGINT", stop);
      resolve();
    };
    process.on("SIGTERM", stop).on("SIGINT", stop);
  });
}
