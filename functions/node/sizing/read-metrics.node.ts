import { setTimeout as wait } from "node:timers/promises";
import { UsageError } from "../commands/flags.node.ts";
import { ask } from "../credentials/ask.node.ts";
import { parseReading, type Reading, type Watched } from "./reading.ts";

const PATIENCE_MS = 20_000;

/** Many instances make many lines. */
const MAX_BYTES = 64 * 1024 ** 2;

/** What a build wrote in less time says nothing of a day. */
const MIN_UPTIME_SECONDS = 60 * 60;

/** Numbers of a server, and what was written: while this watches for some time, or else since the server started. Throws `UsageError`. */
export async function watchMetrics(
  cache: URL,
  token: string | undefined,
  watchSeconds: number | undefined,
): Promise<{ readonly reading: Reading; readonly watched: Watched }> {
  const first = await readMetrics(cache, token);
  if (watchSeconds === undefined || first.blobs.retentionSeconds > 0) {
    const seconds = Date.now() / 1000 - first.startedSeconds;
    const storedBytes = seconds < MIN_UPTIME_SECONDS ? 0 : first.storedBytes;
    return { reading: first, watched: { storedBytes, seconds } };
  }
  await wait(watchSeconds * 1000);
  const reading = await readMetrics(cache, token);
  const storedBytes = Math.max(0, reading.storedBytes - first.storedBytes);
  return { reading, watched: { storedBytes, seconds: watchSeconds } };
}

async function readMetrics(cache: URL, token: string | undefined): Promise<Reading> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = new URL("/metrics", cache);
  const { status, text } = await ask(url, { headers }, PATIENCE_MS, MAX_BYTES);
  if (status === 401 || status === 403) {
    throw new UsageError(
      `${cache.origin} lets nobody read its metrics without a token that it knows`,
    );
  }
  const reading = status === 200 ? parseReading(text) : undefined;
  if (reading !== undefined) return reading;
  throw new UsageError(
    `${cache.origin} tells of no disk store (HTTP ${status}); give numbers instead, see --help`,
  );
}
