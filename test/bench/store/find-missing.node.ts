import { rm } from "node:fs/promises";
import { join } from "node:path";
import { callFor } from "../../support/calls.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { openBenchStore } from "./open-bench-store.node.ts";
import { secondsOf } from "../stopwatch.ts";

const DIGESTS = 1000;

export interface FindMissing {
  readonly digests: number;
  /** Milliseconds of a call when all are there, and when none is. */
  readonly presentMs: number;
  readonly absentMs: number;
}

/** Asks for many digests at once, `calls` times. */
export async function measureFindMissing(folder: string, calls: number): Promise<FindMissing> {
  const storeFolder = join(folder, "store");
  await using store = await openBenchStore(storeFolder, 1024 ** 3);
  const present = new MadeUpBlobs(1024, DIGESTS);
  const absent = new MadeUpBlobs(1025, DIGESTS);
  for (const [index, digest] of present.digests.entries()) {
    await store.blobs.put(digest, present.body(index), callFor());
  }
  const msOf = async ({ digests }: MadeUpBlobs): Promise<number> => {
    const seconds = await secondsOf(async () => {
      for (let i = 0; i < calls; i++) await store.blobs.findMissing(digests, callFor());
    });
    return (seconds * 1000) / calls;
  };
  const result = { digests: DIGESTS, presentMs: await msOf(present), absentMs: await msOf(absent) };
  await rm(storeFolder, { recursive: true });
  return result;
}
