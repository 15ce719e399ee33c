import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import { storeProbes } from "../../shared/stores/store-probe.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Log } from "../../shared/telemetry/log.ts";
import { type Metric, metricOf } from "../../shared/telemetry/metric.ts";
import type { Policy } from "../access/policy.ts";
import { Readiness } from "../handlers/readiness.ts";
import { StoreHealth } from "../handlers/store-health.ts";
import { RequestBudget } from "../interceptors/request-budget.ts";
import { tracedStores } from "../telemetry/traced-stores.ts";
import { Troubles } from "../telemetry/troubles.ts";
import { UsageError } from "./commands/flags.node.ts";
import { compose } from "./compose.node.ts";
import { codeOf } from "./error-code.node.ts";
import { Listener } from "./listening/listener.node.ts";
import type { TlsMaterial } from "./listening/tls-material.node.ts";
import { clearSocketPath, socketTrouble } from "./listening/unix-socket.node.ts";
import { NodeGate } from "./node-gate.node.ts";
import type { ServeOptions } from "./options/options.node.ts";
import { ServerTelemetry } from "./server-telemetry.node.ts";
import type { ServedStores } from "./stores/open-stores.node.ts";
import type { ThreadStart } from "./threads/thread-messages.node.ts";
import { type AskAll, metricsTold, type Question, type Told } from "./threads/thread-questions.ts";

/** What one thread serves: all there is, or its part of the connections. */
export class Server {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  /** What this thread alone has to tell. */
  readonly tell: (question: Question) => Told;
  readonly #listener: Listener;
  readonly #gate: NodeGate;
  readonly #uploadSessions: UploadSessions;
  readonly #readiness: Readiness;
  readonly #shutdown: AbortController;
  readonly #drainDelayMs: number;
  readonly #telemetry: ServerTelemetry;

  private constructor(
    address: string,
    parts: {
      listener: Listener;
      gate: NodeGate;
      uploadSessions: UploadSessions;
      readiness: Readiness;
      shutdown: AbortController;
      drainDelayMs: number;
      telemetry: ServerTelemetry;
      tell: (question: Question) => Told;
    },
  ) {
    this.address = address;
    this.#listener = parts.listener;
    this.#gate = parts.gate;
    this.#uploadSessions = parts.uploadSessions;
    this.#readiness = parts.readiness;
    this.#shutdown = parts.shutdown;
    this.#drainDelayMs = parts.drainDelayMs;
    this.#telemetry = parts.telemetry;
    this.tell = parts.tell;
  }

  /** Listens on `port`, where other threads do too if there are several, or at the socket. Throws `UsageError` where it cannot. */
  static async start(
    stores: ServedStores,
    options: ServeOptions,
    { port, fd, tls }: Pick<ThreadStart, "port" | "fd" | "tls">,
    { askAll, log }: { readonly askAll: AskAll; readonly log: Log },
  ): Promise<Server> {
    const { workers, policy, http2 } = options;
    const shutdown = new AbortController();
    const troubles = new Troubles(log, systemClock);
    const { report } = troubles;
    const probes = stores.probes ?? storeProbes(stores);
    const readiness = new Readiness(new StoreHealth({ probes, clock: systemClock, report }));
    const gate = new NodeGate(policy, report);
    const uploadSessions = new UploadSessions({
      clock: systemClock,
      count: Math.ceil(limits.pausedUploads / workers),
      bytes: Math.min(limits.pausedUploadBytes, stores.blobs.maxBlobBytes) / workers,
    });
    const telemetry = await ServerTelemetry.open(options, { log, troubles });
    const budget = new RequestBudget(limits.requestBytesInFlight / workers);
    const metrics = (): readonly Metric[] => [
      ...telemetry.metrics(),
      metricOf(instruments.requestBytesHeld, {}, budget.heldBytes),
      ...uploadSessions.metrics(),
    ];
    const tell = (question: Question): Told => ({
      ...metricsTold(question, metrics),
      statistics: question.about === "statistics" ? telemetry.statistics.read(question.query) : [],
    });
    const served = tracedStores(stores, options.traces);
    const front = compose({
      blobs: served.blobs,
      actions: served.actions,
      chunkLists: served.chunkLists,
      purges: stores.purges,
      transfers: served.transfers,
      uploadSessions,
      digestFunctions: options.digestFunctions,
      gate,
      onlyLocalNames: options.onlyLocalNames,
      metrics: async () => (await askAll({ about: "metrics" }, tell)).metrics,
      statistics: async (query) => (await askAll({ about: "statistics", query }, tell)).statistics,
      readiness,
      shutdownSignal: shutdown.signal,
      watch: telemetry.watch,
      budget,
    });
    const listener = new Listener({
      ...front,
      ...(tls && { tls }),
      report,
      http2,
    });
    const address = await listen(listener, { ...options, port, fd });
    const { drainDelayMs } = options;
    return new Server(address, {
      listener,
      gate,
      uploadSessions,
      readiness,
      shutdown,
      drainDelayMs,
      telemetry,
      tell,
    });
  }

  /** For connections that come from now on. */
  renewTls(tls: TlsMaterial): void {
    this.#listener.renewTls(tls);
  }

  /** For requests that come from now on. */
  renewAccess(policy: Policy): void {
    this.#gate.renew(policy);
  }

  /**
   * Says that it is not ready, and goes on serving until whoever watches has noticed (`--drain-delay`); then takes no more connections,
   * and lets the requests under way end, and all uploads.
   */
  async stop(): Promise<void> {
    this.#readiness.stop();
    this.#listener.takeLeave();
    await sleep(this.#drainDelayMs);
    const timer = setTimeout(() => {
      this.#shutdown.abort(new ConnectError("the server is stopping; try again", Code.Unavailable));
      // The calls that were just ended still have to say so.
      setTimeout(() => this.#listener.destroy(), limits.lastWordMs);
    }, limits.drainMs);
    await this.#listener.drain();
    clearTimeout(timer);
    this.#listener.destroy();
    await this.#uploadSessions[Symbol.asyncDispose]();
    await this.#telemetry[Symbol.asyncDispose]();
  }
}

async function listen(
  listener: Listener,
  { host, port, workers, socketPath, fd }: ServeOptions & Pick<ThreadStart, "fd">,
): Promise<string> {
  if (fd !== undefined) return await listener.listenOn(fd, socketPath);
  if (socketPath !== undefined) return await listenAt(listener, socketPath);
  try {
    return await listener.listen(host, port, { reusePort: workers > 1 });
  } catch (cause) {
    throw portTrouble(cause, host, port);
  }
}

async function listenAt(listener: Listener, path: string): Promise<string> {
  await clearSocketPath(path);
  try {
    return await listener.listenAt(path);
  } catch (cause) {
    throw socketTrouble(cause, path);
  }
}

/** Why nobody can listen there, and what to do. */
export function portTrouble(cause: unknown, host: string | undefined, port: number): UsageError {
  const place = `${host ?? ""}:${port}`;
  if (codeOf(cause) === "EADDRINUSE") {
    return new UsageError(`${place} is in use; choose another address with --listen`, { cause });
  }
  return new UsageError(
    `cannot listen on ${place} (${codeOf(cause)}); choose another address with --listen`,
    { cause },
  );
}
