import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import type { Metric, ReadMetrics } from "../../shared/metric.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import type { Policy } from "../access/policy.ts";
import { Readiness } from "../handlers/health.ts";
import { compose } from "./compose.node.ts";
import { codeOf } from "./error-code.node.ts";
import { ErrorLog } from "./error-log.node.ts";
import { UsageError } from "./flags.node.ts";
import { Listener } from "./listener.node.ts";
import { NodeGate } from "./node-gate.node.ts";
import type { ServedStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import type { TlsMaterial } from "./tls-material.node.ts";
import { clearSocketPath, socketTrouble } from "./unix-socket.node.ts";

/** What one thread serves: all there is, or its part of the connections. */
export class Server {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly #listener: Listener;
  readonly #gate: NodeGate;
  readonly #uploadSessions: UploadSessions;
  readonly #readiness: Readiness;
  readonly #shutdown: AbortController;

  private constructor(
    address: string,
    parts: {
      listener: Listener;
      gate: NodeGate;
      uploadSessions: UploadSessions;
      readiness: Readiness;
      shutdown: AbortController;
    },
  ) {
    this.address = address;
    this.#listener = parts.listener;
    this.#gate = parts.gate;
    this.#uploadSessions = parts.uploadSessions;
    this.#readiness = parts.readiness;
    this.#shutdown = parts.shutdown;
  }

  /** Listens on `port`, where other threads do too if there are several, or at the socket. Throws `UsageError` where it cannot. */
  static async start(
    stores: ServedStores,
    options: ServeOptions,
    { port, tls }: { readonly port: number; readonly tls: TlsMaterial | undefined },
    metrics: (own: readonly Metric[]) => ReturnType<ReadMetrics>,
  ): Promise<Server> {
    const { workers, policy, http2 } = options;
    const readiness = new Readiness();
    const shutdown = new AbortController();
    const { report } = new ErrorLog(systemClock, (line) => process.stderr.write(`${line}\n`));
    const gate = new NodeGate(policy, report);
    const uploadSessions = new UploadSessions({
      clock: systemClock,
      count: Math.ceil(limits.pausedUploads / workers),
      bytes: Math.min(limits.pausedUploadBytes, stores.blobs.maxBlobBytes) / workers,
    });
    const front = compose({
      blobs: stores.blobs,
      actions: stores.actions,
      chunkLists: stores.chunkLists,
      purges: stores.purges,
      transfers: stores.transfers,
      uploadSessions,
      digestFunctions: options.digestFunctions,
      gate,
      onlyLocalNames: options.onlyLocalNames,
      metrics: () => metrics(uploadSessions.metrics()),
      readiness,
      report,
      shutdownSignal: shutdown.signal,
      threads: workers,
    });
    const listener = new Listener({
      ...front,
      ...(tls && { tls }),
      report,
      http2,
    });
    const address = await listen(listener, { ...options, port });
    return new Server(address, { listener, gate, uploadSessions, readiness, shutdown });
  }

  /** For connections that come from now on. */
  renewTls(tls: TlsMaterial): void {
    this.#listener.renewTls(tls);
  }

  /** For requests that come from now on. */
  renewAccess(policy: Policy): void {
    this.#gate.renew(policy);
  }

  /** What this thread alone knows. */
  metrics(): readonly Metric[] {
    return this.#uploadSessions.metrics();
  }

  /** Lets the requests under way end, and all uploads. */
  async stop(): Promise<void> {
    this.#readiness.stop();
    const timer = setTimeout(() => {
      this.#shutdown.abort(new ConnectError("the server is stopping; try again", Code.Unavailable));
      // The calls that were just ended still have to say so.
      setTimeout(() => this.#listener.destroy(), limits.lastWordMs);
    }, limits.drainMs);
    await this.#listener.drain();
    clearTimeout(timer);
    this.#listener.destroy();
    await this.#uploadSessions[Symbol.asyncDispose]();
  }
}

async function listen(
  listener: Listener,
  { host, port, workers, socketPath }: ServeOptions,
): Promise<string> {
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
