import { describe, it } from "vitest";
import { CacheApiBlobCache } from "../../shared/adapters/cloudflare/cache-api-blob-cache.workerd.ts";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { behindEdge, edgeCached } from "../../shared/stores/decorators/edge-cached.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { billed } from "../support/billed-database.workerd.ts";
import { holds, put } from "../contracts/blob-store/under-test.ts";
import { blobOf } from "../support/blobs.ts";
import { MIB, readAll } from "../support/bytes.ts";
import { callFor } from "../support/calls.ts";
import { freshBucket, freshDatabase } from "../support/cloudflare.workerd.ts";
import { countedObjects } from "../support/counted-objects.ts";
import { changed } from "../support/faulty-binding.workerd.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";

/** What a deployment has, with this cache in front, and what requests to it cost. */
async function create(cache: Cache) {
  let requests = 0;
  const index = new D1BlobIndex(billed(await freshDatabase(), () => (requests += 1)));
  const objects = countedObjects(new R2ObjectStore(await freshBucket()));
  const policy = behindEdge(testPolicy);
  const parts = indexedParts({ index, objects, hashers: workerdHashers, policy });
  const background: Promise<void>[] = [];
  const store: BlobStore = edgeCached(createIndexedStores(parts).blobs, {
    cache: new CacheApiBlobCache(cache, parts.clock),
    clock: parts.clock,
    background: (work) => void background.push(work),
    smallBytes: testPolicy.inlineBytes,
  });
  const blob = await blobOf(3 * MIB);
  await put(store, blob);
  /** Requests to the index and to the bucket that one more read of the blob takes. */
  const readCost = async (): Promise<readonly [number, number]> => {
    requests = 0;
    objects.reset();
    if (!(await holds(store, blob))) throw new Error("a miss");
    await Promise.all(background);
    return [requests, objects.counts.gets];
  };
  return { store, blob, readCost };
}

describe("a large blob behind Cloudflare's cache", () => {
  it("is read from the bucket once, and then from the cache, in parts too", async ({ expect }) => {
    const { store, blob, readCost } = await create(await caches.open(crypto.randomUUID()));
    expect(await readCost()).toEqual([1, 1]);
    expect(await readCost()).toEqual([0, 0]);
    const source = await store.get(blob.digest, { offset: MIB, length: 5 }, callFor());
    expect(source && (await readAll(source))).toEqual(blob.bytes.slice(MIB, MIB + 5));
    expect(await readCost()).toEqual([0, 0]);
  });

  it.for([
    {
      name: "keeps nothing and reads nothing, as it may be on workers.dev",
      cache: changed(caches.default, {
        match: () => Promise.resolve(undefined),
        put: () => Promise.resolve(),
      }),
    },
    {
      name: "keeps nothing of what it reads",
      cache: changed(caches.default, {
        match: () => Promise.resolve(undefined),
        put: async (_: string, response: Response) => void (await response.arrayBuffer()),
      }),
    },
    {
      name: "fails",
      cache: changed(caches.default, {
        match: () => Promise.reject(new Error("no cache")),
        put: () => Promise.reject(new Error("no cache")),
      }),
    },
    {
      name: "gives other answers than were put",
      cache: changed(caches.default, {
        match: () => Promise.resolve(new Response("not found", { status: 404 })),
        put: () => Promise.resolve(),
      }),
    },
  ])("is read from the bucket each time where the cache $name", async ({ cache }, { expect }) => {
    const { readCost } = await create(cache);
    for (let times = 0; times < 2; times++) expect(await readCost()).toEqual([1, 1]);
  });
});
