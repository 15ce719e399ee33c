import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import { cpuSeconds } from "../../support/processor-time.node.ts";
import { openThings, residentBytes } from "../../support/process-status.node.ts";
import type { SoakedServer } from "../shapes/soaked-server.ts";
import { greatestValue, sumOfValues } from "./metrics-text.ts";
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
  const metrics = await server.metrics();
  const heapBytes = sumOfValues(metrics, instruments.heapBytes.name);
  const eventLoopDelaySeconds = greatestValue(metrics, instruments.eventLoopDelaySeconds.name);
  const retentionSeconds = greatestValue(metrics, instruments.storeRetentionSeconds.name);
  const corruptEntries = sumOfValues(metrics, instruments.storeCorruptEntries.name);
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

/** What a folder takes of the disk: its files have holes. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(bytesOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Nothing of a file that was replaced meanwhile. */
async function bytesOf({ parentPath, name }: Dirent): Promise<number> {
  const found = await stat(join(parentPath, name)).catch(() => undefined);
  return (found?.blocks ?? 0) * STAT_BLOCK_BYTES;
}
