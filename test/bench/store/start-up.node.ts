import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { openDiskStores } from "../../../shared/adapters/disk/disk-stores.node.ts";
import { blobContents } from "../../../shared/adapters/disk/geometry.ts";
import type { OpenStore } from "../../../shared/adapters/disk/open-located-store.ts";
import { systemClock } from "../../../shared/clock.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { limits } from "../../../shared/limits.ts";
import { callFor } from "../../support/calls.ts";
import { randomKey } from "../../simulation/map-world.ts";
import { Random } from "../../support/random.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { openBenchStore } from "./open-bench-store.node.ts";
import { secondsOf } from "../stopwatch.ts";

/** The part of a cache's size that blobs have. */
const BLOB_SHARE = 15 / 16;

/** Of each made-up record: its bytes are never read. */
const RECORD_LENGTH = 1000;

/** A thousand uploads a second, for ten seconds. */
export const BUSY_RECORDS: number = 10_000;

export interface StartUp {
  readonly records: number;
  /** To record them, and for a checkpoint that takes in all of them at once. */
  readonly fillSeconds: number;
  readonly checkpointSeconds: number;
  /** For one of as many as a busy time between two checkpoints brings. */
  readonly busyCheckpointSeconds: number;
  /** In a process of its own: until both stores are open, and then until the first blob was read. */
  readonly openSeconds: number;
  readonly firstGetSeconds: number;
  /** Bytes that the process grew by. */
  readonly memoryBytes: number;
}

/** A store sized for `records` blobs of the average size, and full of that many, as a start finds it. */
export async function measureStartUp(folder: string, records: number): Promise<StartUp> {
  const sizeBytes = records * blobContents.averageBytes;
  const filled = await fill(join(folder, "blobs"), sizeBytes, records);
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL("store-bench.node.ts", import.meta.url)),
      "--open",
      folder,
      "--size",
      String(sizeBytes),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  const [openSeconds = Number.NaN, firstGetSeconds = Number.NaN, memoryBytes = Number.NaN] = output
    .split(" ")
    .map(Number);
  await rm(folder, { recursive: true });
  return { records, ...filled, openSeconds, firstGetSeconds, memoryBytes };
}

async function fill(
  folder: string,
  sizeBytes: number,
  records: number,
): Promise<Pick<StartUp, "fillSeconds" | "checkpointSeconds" | "busyCheckpointSeconds">> {
  await using store = await openBenchStore(folder, sizeBytes);
  const random = new Random(1);
  const fillSeconds = await secondsOf(async () => await record(store, records, random));
  const checkpointSeconds = await secondsOf(async () => await store.checkpoints.run());
  // A start redoes the last checkpoint, which is never one of everything.
  const made = theBlob();
  for (const digest of made.digests) await store.blobs.put(digest, made.body(0), callFor());
  await record(store, Math.min(records, BUSY_RECORDS), random);
  const busyCheckpointSeconds = await secondsOf(async () => await store.checkpoints.run());
  return { fillSeconds, checkpointSeconds, busyCheckpointSeconds };
}

async function record({ store }: OpenStore, records: number, random: Random): Promise<void> {
  for (let i = 0; i < records; i++) {
    store.commit(randomKey(random), await store.reserve(RECORD_LENGTH, false));
  }
}

/** What the process of its own does, and tells: `openSeconds`, `firstGetSeconds` and `memoryBytes`. */
export async function openFilled(folder: string, sizeBytes: number): Promise<readonly number[]> {
  const memoryBefore = process.memoryUsage.rss();
  const startMs = performance.now();
  await using stores = await openDiskStores({
    folder,
    device: undefined,
    sizeBytes: undefined,
    defaultBytes: sizeBytes / BLOB_SHARE,
    settings: {},
    reformat: false,
    leaseMs: limits.leaseMs,
    checkpointMs: limits.checkpointMs,
    hashers: nodeHashers,
    now: () => systemClock.now(),
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  const openSeconds = (performance.now() - startMs) / 1000;
  const firstGetSeconds = await secondsOf(async () => {
    for (const digest of theBlob().digests) {
      await using source = await stores.blobs.get(digest, { offset: 0 }, callFor());
      if (source === undefined) throw new Error("the blob is gone");
    }
  });
  return [openSeconds, firstGetSeconds, process.memoryUsage.rss() - memoryBefore];
}

function theBlob(): MadeUpBlobs {
  return new MadeUpBlobs(1024, 1);
}
