import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import type { IndexedParts } from "../../shared/stores/indexed/indexed-parts.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { allShards } from "../../shared/stores/indexed/sweeper.ts";
import { holds, isMissing, put } from "../contracts/blob-store/under-test.ts";
import { failingBody } from "../support/bodies.ts";
import { blobOf } from "../support/blobs.ts";
import { KIB } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";
import { freshBucket, freshDatabase } from "../support/cloudflare.workerd.ts";
import { type Fate, faulty } from "../support/faulty-binding.workerd.ts";
import { HOUR_MS } from "../support/rows.ts";
import { countingRandom, indexedParts, testPolicy } from "../support/indexed.ts";

const LOST = "D1_ERROR: Network connection lost.";
const INTERNAL = "We encountered an internal error. Please try again. (10001)";
const everything = { maxRows: 1000, shards: allShards };
const { signal } = callFor();
const down = { name: "StoreError", code: "unavailable" };

/** Longer than anything is kept. */
const LONG_MS = testPolicy.keepMs + 2 * testPolicy.renewEveryMs;

interface Faults {
  readonly database?: readonly Fate[];
  readonly puts?: readonly Fate[];
  readonly deletions?: readonly Fate[];
}

/** A fresh deployment, and others over the same rows and objects, whose bindings fail as told. */
async function deploy() {
  await freshBucket();
  await freshDatabase();
  const clock = new ManualClock();
  const fillRandom = countingRandom();
  const open = ({ database = [], puts = [], deletions = [] }: Faults = {}) => {
    const bucket = faulty(env.OBJECTS, ["put"], puts, INTERNAL);
    const parts: IndexedParts = {
      ...indexedParts({ hashers: workerdHashers, fillRandom }),
      index: new D1BlobIndex(faulty(env.INDEX, ["batch"], database, LOST)),
      objects: new R2ObjectStore(faulty(bucket, ["delete"], deletions, INTERNAL)),
      clock,
    };
    return createIndexedStores(parts);
  };
  return { clock, open };
}

async function objectCount(): Promise<number> {
  return (await env.OBJECTS.list()).objects.length;
}

describe("an upload", () => {
  it("whose client goes away half-way leaves nothing", async ({ expect }) => {
    const { blobs } = (await deploy()).open();
    const blob = await blobOf(300 * KIB);
    const failure = new Error("the client is gone");
    const half = failingBody(blob.bytes.subarray(0, 100 * KIB), failure);
    await expect(blobs.put(blob.digest, half, callFor())).rejects.toBe(failure);
    expect(await isMissing(blobs, blob.digest)).toBe(true);
    expect(await objectCount()).toBe(0);
  });

  it.for([
    { name: "the bucket does not take", faults: { puts: ["lost"] }, objects: 0 },
    { name: "the bucket takes without saying so", faults: { puts: ["answer lost"] }, objects: 1 },
    {
      name: "the index does not hear of",
      faults: { database: ["lost", "lost", "lost"] },
      objects: 1,
    },
  ] satisfies { name: string; faults: Faults; objects: number }[])(
    "that $name fails, is done when it is sent again, and costs no room for long",
    async ({ faults, objects }, { expect }) => {
      const { clock, open } = await deploy();
      const blob = await blobOf(300 * KIB);
      await expect(put(open(faults).blobs, blob)).rejects.toMatchObject(down);
      const { blobs, sweeper } = open();
      expect(await isMissing(blobs, blob.digest)).toBe(true);
      expect(await objectCount()).toBe(objects);
      await put(blobs, blob);
      clock.advance(testPolicy.uploadWindowMs + HOUR_MS);
      const swept = await sweeper.sweep(everything, signal);
      expect(swept).toMatchObject({ orphans: objects, removedRows: 0 });
      expect(await holds(blobs, blob)).toBe(true);
    },
  );

  it("that the index takes without saying so is there", async ({ expect }) => {
    const { open } = await deploy();
    const blob = await blobOf(300 * KIB);
    const faults: Faults = { database: ["answer lost", "answer lost", "answer lost"] };
    await expect(put(open(faults).blobs, blob)).rejects.toMatchObject(down);
    expect(await holds(open().blobs, blob)).toBe(true);
    await put(open().blobs, blob);
    expect(await objectCount()).toBe(1);
  });
});

describe("a sweep", () => {
  /** Blobs in objects and in rows, of which nothing is used any longer. */
  const abandoned = async () => {
    const { clock, open } = await deploy();
    for (let seed = 0; seed < 30; seed++) {
      await put(open().blobs, await blobOf(seed % 2 === 0 ? 500 : 2000, seed));
    }
    clock.advance(LONG_MS);
    return { clock, open };
  };

  it("at the same time as another removes with it what each would alone", async ({ expect }) => {
    const { open } = await abandoned();
    const both = [open().sweeper, open().sweeper].map((each) => each.sweep(everything, signal));
    const reports = await Promise.all(both);
    expect(reports.reduce((sum, { removedRows }) => sum + removedRows, 0)).toBe(30);
    expect(await objectCount()).toBe(0);
  });

  it.for([
    { name: "deletions fail", faults: { deletions: ["lost", "lost", "lost"] } },
    {
      name: "a removal's answer is lost",
      faults: { database: ["done", "answer lost", "lost", "lost"] },
    },
    { name: "the database is out of reach", faults: { database: ["lost", "lost", "lost"] } },
  ] satisfies { name: string; faults: Faults }[])(
    "leaves to the next one what it did not do: $name",
    async ({ faults }, { expect }) => {
      const { open } = await abandoned();
      await expect(open(faults).sweeper.sweep(everything, signal)).rejects.toMatchObject(down);
      await open().sweeper.sweep(everything, signal);
      expect(await objectCount()).toBe(0);
      const rows = await env.INDEX.prepare("SELECT COUNT(*) AS count FROM rows").first("count");
      expect(rows).toBe(0);
    },
  );

  it("leaves alone what a build uses while it runs", async ({ expect }) => {
    const { open } = await abandoned();
    const { blobs, sweeper } = open();
    const used = await Promise.all(
      Array.from({ length: 30 }, (_, seed) => blobOf(seed % 2 === 0 ? 500 : 2000, seed)),
    );
    const [missing] = await Promise.all([
      blobs.findMissing(
        used.map(({ digest }) => digest),
        callFor(),
      ),
      sweeper.sweep(everything, signal),
      sweeper.sweep(everything, signal),
    ]);
    const isGone = new Set(missing.map(({ hash }) => hash));
    for (const blob of used) {
      expect(await holds(blobs, blob)).toBe(!isGone.has(blob.digest.hash));
    }
  });
});
