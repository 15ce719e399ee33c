import { constants } from "node:fs";
import { access, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { Readiness } from "../handlers/health.ts";
import { banner } from "./banner.node.ts";
import { compose } from "./compose.node.ts";
import { UsageError } from "./flags.node.ts";
import { Listener } from "./listener.node.ts";
import type { ServeOptions } from "./options.node.ts";

/** Serves until a signal stops the process, then lets the requests under way end. Throws `UsageError` where it cannot start. */
export async function serve(options: ServeOptions): Promise<void> {
  await prepareFolder(options.dataFolder);
  const tls = await readTlsFiles(options);
  const readiness = new Readiness();
  const shutdown = new AbortController();
  const handler = compose({
    sizeBytes: options.sizeBytes,
    readiness,
    report,
    shutdownSignal: shutdown.signal,
  });
  const listener = openListener({ ...tls, handler, report });
  const address = await listen(listener, options);
  process.stdout.write(`${banner(address, options)}\n`);
  await stopSignal();
  process.stderr.write("hayloft: stopping; requests under way may end first\n");
  readiness.stop();
  await drain(listener, shutdown);
}

function report(error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`hayloft: internal error in ${where}: ${text}\n`);
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `cannot use the data folder ${folder} (${codeOf(cause)}); give one that can be written with --data`,
      { cause },
    );
  }
}

/** Node's own recursive way never ends where a file system refuses folders, as /proc does. */
async function makeFolder(folder: string): Promise<void> {
  const isThere = (error: unknown): boolean => codeOf(error) === "EEXIST";
  try {
    await mkdir(folder);
  } catch (error) {
    if (isThere(error)) return;
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder);
  }
}

async function readTlsFiles({
  tlsFiles,
}: ServeOptions): Promise<{ tls?: { cert: Buffer; key: Buffer } }> {
  if (tlsFiles === undefined) return {};
  const read = async (flag: string, file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (cause) {
      throw new UsageError(`cannot read ${flag} ${file} (${codeOf(cause)})`, { cause });
    }
  };
  const [cert, key] = [
    await read("--tls-cert", tlsFiles.cert),
    await read("--tls-key", tlsFiles.key),
  ];
  return { tls: { cert, key } };
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

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
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
