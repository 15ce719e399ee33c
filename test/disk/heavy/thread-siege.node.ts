// One thread of `threads.node.test.ts`: uses a store that another thread owns, together with others, and checks every answer.

import { parentPort, workerData } from "node:worker_threads";
import { openSharedDisk } from "../../../shared/adapters/disk/shared-disk.node.ts";
import type { Digest } from "../../../shared/digest/digest.ts";
import { nodeHashers } from "../../../shared/digest/hashers.node.ts";
import { StoreError } from "../../../shared/stores/store-error.ts";
import { bodyOf } from "../../support/bodies.ts";
import { bytesOf, readAll, sameBytes } from "../../support/bytes.ts";
import { callFor } from "../../support/calls.ts";
import { Random } from "../../support/random.ts";
import { siegeBlobs, type SiegeReport, type SiegeStart } from "./thread-start.node.ts";

const SIZES = [10, 700, 5000, 40_000, 70_000, 150_000];

const start: unknown = workerData;
if (!isStart(start)) throw new TypeError("this is a part of a test");
const { thread, share, promises, leaseMs, endsMs } = start;
const random = new Random(thread + 1);
/** Until when all threads together were promised that each blob is there. */
const untilMs = new Float64Array(promises);
const report: SiegeReport = { operations: 0, found: 0, missed: 0, refused: 0 };

await using disk = await openSharedDisk(share, { hashers: nodeHashers, now: () => Date.now() });
await Promise.all(Array.from({ length: 4 }, async () => await act()));
parentPort?.postMessage(report);

async function act(): Promise<void> {
  while (Date.now() < endsMs) {
    try {
      await random.pick([put, get, get, findMissing])();
      report.operations += 1;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code === "corrupt") throw error;
      report.refused += 1;
    }
  }
}

async function put(): Promise<void> {
  const { index, digest, bytes } = await anyBlob();
  await disk.blobs.put(digest, bodyOf(bytes), callFor());
  promised(index, Date.now());
}

async function get(): Promise<void> {
  const { index, digest, bytes } = await anyBlob();
  const startMs = Date.now();
  const owedMs = untilMs[index] ?? 0;
  const source = await disk.blobs.get(digest, { offset: 0 }, callFor());
  if (source === undefined) return missing(index, owedMs);
  promised(index, startMs);
  if (!sameBytes(await readAll(source), bytes)) throw new Error(`blob ${index} is wrong`);
  report.found += 1;
}

async function findMissing(): Promise<void> {
  const blobs = await Promise.all(Array.from({ length: 20 }, anyBlob));
  const startMs = Date.now();
  const owed = blobs.map(({ index }) => untilMs[index] ?? 0);
  const digests = blobs.map(({ digest }) => digest);
  const absent = await disk.blobs.findMissing(digests, callFor());
  const hashes = new Set(absent.map(({ hash }) => hash));
  for (const [at, { index, digest }] of blobs.entries()) {
    if (hashes.has(digest.hash)) missing(index, owed[at] ?? 0);
    else promised(index, startMs);
  }
}

function promised(index: number, atMs: number): void {
  untilMs[index] = Math.max(untilMs[index] ?? 0, atMs + leaseMs);
}

function missing(index: number, owedMs: number): void {
  if (Date.now() < owedMs) throw new Error(`blob ${index} is gone, which was promised`);
  report.missed += 1;
}

interface Blob {
  readonly index: number;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

async function anyBlob(): Promise<Blob> {
  // A few are in use all the time, so that they have to be copied.
  const index = random.chance(0.3) ? random.below(20) : random.below(siegeBlobs);
  const bytes = bytesOf((SIZES[index % SIZES.length] ?? 0) + index, index);
  const hash = await nodeHashers.hash("sha256", bytes);
  return { index, bytes, digest: { function: "sha256", hash, sizeBytes: bytes.byteLength } };
}

function isStart(value: unknown): value is SiegeStart {
  return typeof value === "object" && value !== null && "promises" in value;
}
