import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BlobStore } from "../../../shared/stores/blob-store.ts";
import { mapConcurrently } from "../../../shared/concurrent.ts";
import { callFor } from "../../support/calls.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { openBenchStore } from "./open-bench-store.node.ts";
import { measurePlain, type Plain } from "./plain.node.ts";
import { secondsOf } from "../stopwatch.ts";

/** Clients at once. */
const WIDTH = 8;

/** Pieces in which the store reads and writes what is larger. */
const PIECE_BYTES = 256 * 1024;

export interface Throughput {
  readonly sizeBytes: number;
  readonly count: number;
  /** Until all of it survives a power cut. */
  readonly putSeconds: number;
  /** The first time, with every byte checked. */
  readonly getSeconds: number;
  /** Once more, when what was checked is known. */
  readonly getAgainSeconds: number;
  /** The same bytes, without a store. */
  readonly plain: Plain;
}

/** Writes and reads `count` blobs in a store of their own, next to the same bytes in a plain file. */
export async function measureThroughput(
  folder: string,
  { sizeBytes, count }: { sizeBytes: number; count: number },
): Promise<Throughput> {
  const made = new MadeUpBlobs(sizeBytes, count);
  const pieceBytes = Math.min(sizeBytes, PIECE_BYTES);
  const pieces = { pieceBytes, count: made.totalBytes / pieceBytes, width: WIDTH };
  const plain = await measurePlain(folder, pieces);
  const storeFolder = join(folder, "store");
  await using store = await openBenchStore(storeFolder, roomFor(made));
  const putSeconds = await secondsOf(async () => {
    await mapConcurrently(made.digests, WIDTH, async (digest, index) => {
      await store.blobs.put(digest, made.body(index), callFor());
    });
    await store.checkpoints.run();
  });
  const getSeconds = await secondsOf(async () => await getAll(store.blobs, made));
  const getAgainSeconds = await secondsOf(async () => await getAll(store.blobs, made));
  await rm(storeFolder, { recursive: true });
  await rm(join(folder, "plain"));
  return { sizeBytes, count, putSeconds, getSeconds, getAgainSeconds, plain };
}

/** So much that nothing has to move. */
function roomFor(made: MadeUpBlobs): number {
  return Math.max(made.totalBytes * 3, made.sizeBytes * 40, 1024 ** 3);
}

async function getAll(store: BlobStore, { digests }: MadeUpBlobs): Promise<void> {
  await mapConcurrently(digests, WIDTH, async (digest) => {
    await using source = await store.get(digest, { offset: 0 }, callFor());
    let bytes = 0;
    for await (const chunk of source ?? []) bytes += chunk.byteLength;
    if (bytes !== digest.sizeBytes) throw new Error("a blob is gone");
  });
}
