import { StoreError } from "../../shared/stores/store-error.ts";
import type { Policy } from "../access/policy.ts";
import { policyFile } from "./access-options.node.ts";
import { banner } from "./banner.node.ts";
import { UsageError } from "./flags.node.ts";
import { type OpenStores, openStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import { Server } from "./server.node.ts";
import { ServerThreads } from "./server-threads.node.ts";
import { tlsFiles } from "./tls-files.node.ts";
import type { TlsMaterial } from "./tls-material.node.ts";
import { WatchedFiles } from "./watched-files.node.ts";

/** Serves until a signal stops the process, then lets the requests under way end. Throws `UsageError` where it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  const { accessFile, closedWays, policy } = options;
  const tls = options.tlsFiles && (await WatchedFiles.open(tlsFiles(options.tlsFiles), writeLine));
  const access = accessFile && new WatchedFiles(policyFile(accessFile), policy, writeLine);
  for (const line of closedWays) writeLine(`hayloft: ${line}`);
  await using stores = await open(options);
  const server = await start(stores, options, tls?.value);
  using watches = new DisposableStack();
  watches.use(tls?.watch((material) => server.renewTls(material)));
  watches.use(access?.watch((renewed) => server.renewAccess(renewed)));
  process.stdout.write(`${banner(server.address, options, stores.description)}\n`);
  await Promise.race([stopSignal(), server.failure]);
  writeLine("hayloft: stopping; requests under way may end first");
  await server.stop();
}

function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What serves, in this thread or in several. */
interface Serving {
  readonly address: string;
  /** Rejects when it cannot go on. */
  readonly failure: Promise<never>;
  /** For connections that come from now on. */
  renewTls(tls: TlsMaterial): void;
  /** For requests that come from now on. */
  renewAccess(policy: Policy): void;
  stop(): Promise<void>;
}

async function start(
  stores: OpenStores,
  options: ServeOptions,
  tls: TlsMaterial | undefined,
): Promise<Serving> {
  if (options.workers > 1) return await ServerThreads.start(stores, options, tls);
  const server = await Server.start(stores, options, { port: options.port, tls }, (own) => [
    ...stores.metrics(),
    ...own,
  ]);
  const { address } = server;
  const failure = new Promise<never>(() => undefined);
  return {
    address,
    failure,
    renewTls: (material) => server.renewTls(material),
    renewAccess: (policy) => server.renewAccess(policy),
    stop: async () => await server.stop(),
  };
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
