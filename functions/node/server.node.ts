import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import type { Metric, ReadMetrics } from "../../shared/metric.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import { Readiness } from "../handlers/health.ts";
import { compose } from "./compose.node.ts";
import { codeOf } from "./error-code.node.ts";
import { ErrorLog } from "./error-log.node.ts";
import { UsageError } from "./flags.node.ts";
import { Listener } from "./listener.node.ts";
import type { ServedStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import { readTlsFiles } from "./tls-files.node.ts";

/** What one thread serves: all there is, or its part of the connections. */
export class Server {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly #listener: Listener;
  readonly #uploadSessions: UploadSessions;
  readonly #readiness: Readiness;
  readonly #shutdown: AbortController;

  private constructor(
    address: string,
    parts: {
      listener: Listener;
      uploadSessions: UploadSessions;
      readiness: Readiness;
      shutdown: AbortController;
    },
  ) {
    this.address = address;
    this.#listener = parts.listener;
    this.#uploadSessions = parts.uploadSessions;
    this.#readiness = parts.readiness;
    this.#shutdown = parts.shutdown;
  }

  /** Listens on `port`, where other threads do too if there are several. Throws `UsageError` where it cannot. */
  static async start(
    stores: ServedStores,
    options: ServeOptions,
    port: number,
    metrics: (own: readonly Metric[]) => ReturnType<ReadMetrics>,
  ): Promise<Server> {
    const { workers } = options;
    const tls = await readTlsFiles(options);
    const readiness = new Readiness();
    const shutdown = new AbortController();
    const { report } = new ErrorLog(systemClock, (line) => process.stderr.write(`${line}\n`));
    const uploadSessions = new UploadSessions({
      clock: systemClock,
      count: Math.ceil(limits.pausedUploads / workers),
      bytes: Math.min(limits.pausedUploadBytes, stores.blobs.maxBlobBytes) / workers,
    });
    const front = compose({
      blobs: stores.blobs,
      actions: stores.actions,
      chunkLists: stores.chunkLists,
      transfers: stores.transfers,
      uploadSessions,
      digestFunctions: options.digestFunctions,
      access: options.access,
      metrics: () => metrics(uploadSessions.metrics()),
      readiness,
      report,
      shutdownSignal: shutdown.signal,
      threads: workers,
    });
    const listener = openListener({ ...tls, ...front, report, http2: options.http2 });
    const address = await listen(listener, { ...options, port });
    return new Server(address, { listener, uploadSessions, readiness, shutdown });
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

function openListener(options: ConstructorParameters<typeof Listener>[0]): Listener {
  try {
    return new Listener(options);
  } catch (cause) {
    // Only TLS files can make it fail: what they hold is not known before.
    throw new UsageError(
      `--tls-cert and --tls-key are no certificate and its key in PEM (${codeOf(cause)})`,
      { cause },
    );
  }
}

async function listen(listener: Listener, { host, port, workers }: ServeOptions): Promise<string> {
  try {
    return await listener.listen(host, port, { reusePort: workers > 1 });
  } catch (cause) {
    throw portTrouble(cause, host, port);
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
