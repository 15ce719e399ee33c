import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { UploadSessions } from "../../shared/services/upload-sessions.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { Readiness } from "../handlers/health.ts";
import { banner } from "./banner.node.ts";
import { compose } from "./compose.node.ts";
import { codeOf } from "./error-code.node.ts";
import { ErrorLog } from "./error-log.node.ts";
import { UsageError } from "./flags.node.ts";
import { Listener } from "./listener.node.ts";
import { type OpenStores, openStores } from "./open-stores.node.ts";
import type { ServeOptions } from "./options.node.ts";
import { readTlsFiles } from "./tls-files.node.ts";

/** Serves until a signal stops the process, then lets the requests under way end. Throws `UsageError` where it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  const tls = await readTlsFiles(options);
  const readiness = new Readiness();
  const shutdown = new AbortController();
  const { report } = new ErrorLog(systemClock, (line) => process.stderr.write(`${line}\n`));
  await using stores = await open(options);
  await using uploadSessions = new UploadSessions({
    clock: systemClock,
    bytes: Math.min(limits.pausedUploadBytes, stores.blobs.maxBlobBytes),
  });
  const front = compose({
    blobs: stores.blobs,
    actions: stores.actions,
    chunkLists: stores.chunkLists,
    transfers: stores.transfers,
    uploadSessions,
    digestFunctions: options.digestFunctions,
    access: options.access,
    metrics: () => [...stores.metrics(), ...uploadSessions.metrics()],
    readiness,
    report,
    shutdownSignal: shutdown.signal,
  });
  const listener = openListener({ ...tls, ...front, report });
  const address = await listen(listener, options);
  process.stdout.write(`${banner(address, options, stores.description)}\n`);
  await stopSignal();
  process.stderr.write("hayloft: stopping; requests under way may end first\n");
  readiness.stop();
  await drain(listener, shutdown);
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

async function listen(listener: Listener, { host, port }: ServeOptions): Promise<string> {
  try {
    return await listener.listen(host, port);
  } catch (cause) {
    const place = `${host ?? ""}:${port}`;
    if (codeOf(cause) === "EADDRINUSE") {
      throw new UsageError(`${place} is in use; choose another address with --listen`, { cause });
    }
    throw new UsageError(
      `cannot listen on ${place} (${codeOf(cause)}); choose another address with --listen`,
      { cause },
    );
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

async function drain(listener: Listener, shutdown: AbortController): Promise<void> {
  const timer = setTimeout(() => {
    shutdown.abort(new ConnectError("the server is stopping; try again", Code.Unavailable));
    // The calls that were just ended still have to say so.
    setTimeout(() => listener.destroy(), limits.lastWordMs);
  }, limits.drainMs);
  await listener.drain();
  clearTimeout(timer);
  listener.destroy();
}
