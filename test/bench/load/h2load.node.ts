import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../../../functions/node/commands/flags.node.ts";
import { endedChildrenCpuSeconds } from "../../support/processor-time.node.ts";
import { pinned } from "../pinned.node.ts";
import { parseH2load, parseH2loadLog } from "./h2load-output.ts";
import type { LoadResult, Width } from "./load.ts";

const run = promisify(execFile);

/** One request, to be made again and again. */
export interface H2loadRequest {
  readonly url: string;
  readonly protocol: "h2" | "http/1.1";
  readonly headers: Readonly<Record<string, string>>;
  /** The file with the body of a POST; a GET if left out. */
  readonly bodyFile: string | undefined;
  /** What the right answer has: a gRPC call that fails looks like one that does not, but is shorter. */
  readonly answerBytes: number;
}

export interface H2loadOptions {
  readonly width: Width;
  readonly seconds: number;
  readonly cores: string | undefined;
  /** Where a log may be written, if the time of each request is wanted. */
  readonly logFolder?: string;
  readonly signal: AbortSignal;
}

/** Beyond the time that a run is meant to take. */
const PATIENCE_SECONDS = 20;

const REMEDY = "install it (Debian: nghttp2-client, Homebrew: nghttp2)";

/** Throws, with the remedy, where h2load is not there. */
export async function requireH2load(): Promise<string> {
  try {
    const { stdout } = await run("h2load", ["--version"]);
    return stdout.trim();
  } catch {
    throw new UsageError(`h2load puts on the load and is not there: ${REMEDY}`);
  }
}

/** Makes the request for as long as it is told. Throws if any fails. */
export async function h2load(request: H2loadRequest, options: H2loadOptions): Promise<LoadResult> {
  const { width, seconds, cores, logFolder, signal } = options;
  const log = logFolder === undefined ? undefined : join(logFolder, "h2load.log");
  const { file, args } = pinned({
    file: "h2load",
    args: [
      `--duration=${Math.round(seconds * 1000)}ms`,
      `--clients=${width.connections}`,
      `--max-concurrent-streams=${width.streams}`,
      ...(request.protocol === "http/1.1" ? ["--h1"] : []),
      ...(request.bodyFile === undefined ? [] : [`--data=${request.bodyFile}`]),
      ...Object.entries(request.headers).map(([name, value]) => `--header=${name}:${value}`),
      ...(log === undefined ? [] : [`--log-file=${log}`]),
      request.url,
    ],
    cores,
  });
  const cpuBefore = await endedChildrenCpuSeconds();
  const stdout = await outputOf(file, args, { seconds, signal });
  const cpuAfter = await endedChildrenCpuSeconds();
  const summary = parseH2load(stdout);
  if (summary.failures > 0 || summary.requests + summary.dataBytes === 0) {
    throw new Error(`${summary.failures} requests to ${request.url} failed:\n${stdout}`);
  }
  if (summary.dataBytes < summary.requests * request.answerBytes) {
    const average = Math.round(summary.dataBytes / summary.requests);
    throw new Error(
      `under load, calls fail: answers of ${request.answerBytes} bytes have ${average} on average`,
    );
  }
  const loadCpuSeconds =
    cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
  if (log === undefined) return { ...summary, loadCpuSeconds };
  const latenciesMs = parseH2loadLog(await readFile(log, "latin1"));
  await rm(log);
  return { ...summary, loadCpuSeconds, latenciesMs };
}

async function outputOf(
  file: string,
  args: readonly string[],
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<string> {
  const patience = AbortSignal.timeout((seconds + PATIENCE_SECONDS) * 1000);
  const options = {
    signal: AbortSignal.any([signal, patience]),
    killSignal: "SIGKILL",
    maxBuffer: 16 * 1024 ** 2,
  } as const;
  try {
    return (await run(file, args, options)).stdout;
  } catch (error) {
    // It waits for ever for a connection that a server has lost.
    if (patience.aborted) throw new Error("h2load has not come to its end", { cause: error });
    throw error;
  }
}
