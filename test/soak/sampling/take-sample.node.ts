import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseSamples, valuesOf } from "../../../functions/node/sizing/prometheus-text.ts";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import { cpuSeconds } from "../../support/processor-time.node.ts";
import { openThings, residentBytes } from "../../support/process-status.node.ts";
import type { SoakedServer } from "../shapes/soaked-server.ts";
import type { Sample } from "./sample.ts";

/** What Linux counts the size of files in. */
const STAT_BLOCK_BYTES = 512;

type Seen = Omit<Sample, "phase" | "seconds" | "counts" | "builds">;

/** Looks at the server from outside, and asks it what it tells of itself. */
export async function takeSample(server: SoakedServer): Promise<Seen> {
  const { pid, folder } = server;
  // Before it is asked, which takes a connection.
  const things = await openThings(pid);
  const { now } = await residentBytes(pid);
  const cpu = await cpuSeconds(pid);
  if (things === undefined || cpu === undefined) {
    throw new Error("open files are counted in /proc, which only Linux has");
  }
  const told = parseSamples(await server.metrics());
  const heapBytes = sum(valuesOf(told, instruments.heapBytes));
  const eventLoopDelaySeconds = greatest(valuesOf(told, instruments.eventLoopDelaySeconds));
  const retentionSeconds = greatest(valuesOf(told, instruments.storeRetentionSeconds));
  const corruptEntries = sum(valuesOf(told, instruments.storeCorruptEntries));
  return {
    ...things,
    residentBytes: now,
    cpuSeconds: cpu,
    ...(heapBytes === undefined ? {} : { heapBytes }),
    ...(eventLoopDelaySeconds === undefined ? {} : { eventLoopDelaySeconds }),
    ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
    ...(corruptEntries === undefined ? {} : { corruptEntries }),
    ...(folder === undefined ? {} : { storedBytes: await bytesIn(folder) }),
  };
}

/** `undefined` where the server tells none: it may be of a shape that has no such thing. */
function sum(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
}

function greatest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

/** What a folder takes of the disk: its files have holes. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(bytesOf));
  return sizes.reduce((total, size) => total + size, 0);
}

/** Nothing of a file that was replaced meanwhile. */
async function bytesOf({ parentPath, name }: Dirent): Promise<number> {
  const found = await stat(join(parentPath, name)).catch(() => undefined);
  return (found?.blocks ?? 0) * STAT_BLOCK_BYTES;
}
