import { StoreError } from "../../shared/stores/store-error.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Log } from "../../shared/telemetry/log.ts";
import { metricOf } from "../../shared/telemetry/metric.ts";
import type { Policy } from "../access/policy.ts";
import { banner } from "./banner.node.ts";
import { UsageError } from "./commands/flags.node.ts";
import { forgetPassedSockets } from "./listening/passed-sockets.node.ts";
import { tlsFiles } from "./listening/tls-files.node.ts";
import { certificateEndMs, type TlsMaterial } from "./listening/tls-material.node.ts";
import { type OpenLog, openLog } from "./log/open-log.node.ts";
import { policyFile } from "./options/access-options.node.ts";
import type { ServeOptions } from "./options/options.node.ts";
import { processMetrics } from "./process-metrics.node.ts";
import { Server } from "./server.node.ts";
import { type OpenStores, openStores } from "./stores/open-stores.node.ts";
import { ServerThreads } from "./threads/server-threads.node.ts";
import { ThreadMetrics } from "./threads/thread-metrics.node.ts";
import { metricsTold, type Question, type Told, toldTogether } from "./threads/thread-questions.ts";
import { WatchedFiles } from "./watched-files.node.ts";

/** Serves until a signal stops the process, then lets the requests under way end. Throws `UsageError` where it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  forgetPassedSockets();
  const { accessFrom, closedWays, policy } = options;
  using opened = openLog(options.log);
  const { log } = opened;
  const tls = options.tlsFiles && (await WatchedFiles.open(tlsFiles(options.tlsFiles), log));
  const access = accessFrom && new WatchedFiles(policyFile(accessFrom, options), policy, log);
  for (const line of closedWays) log.say("warn", line);
  await using stores = await open(options, log);
  const stopped = stopSignal();
  const server = await start(stores, options, tls, opened);
  using watches = new DisposableStack();
  watches.use(tls?.watch((material) => server.renewTls(material)));
  watches.use(access?.watch((renewed) => server.renewAccess(renewed)));
  process.stdout.write(`${banner(server.address, options, stores.description)}\n`);
  await Promise.race([stopped, server.failure]);
  log.say("info", "stopping; requests under way may end first");
  await server.stop();
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
  files: WatchedFiles<TlsMaterial> | undefined,
  opened: OpenLog,
): Promise<Serving> {
  const tls = files?.value;
  const ofProcess = await processMetrics();
  // This thread, where it does not serve itself.
  const owner = options.workers > 1 ? new ThreadMetrics() : undefined;
  const ofAll = (question: Question): Told =>
    metricsTold(question, () => [
      ...(owner?.read() ?? []),
      ...stores.metrics(),
      ...opened.metrics(),
      metricOf(instruments.certificateEnd, {}, files ? certificateEndMs(files.value) / 1000 : 0),
      ...ofProcess(),
    ]);
  if (options.workers > 1) return await ServerThreads.start(stores, options, tls, ofAll);
  const server = await Server.start(
    stores,
    options,
    { port: options.port, fd: options.passedFds[0], tls },
    {
      askAll: (question, own) => Promise.resolve(toldTogether([own(question), ofAll(question)])),
      log: opened.log,
    },
  );
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
async function open(options: ServeOptions, log: Log): Promise<OpenStores> {
  try {
    return await openStores(options, log);
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
