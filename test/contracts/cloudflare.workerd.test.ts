import { describe } from "vitest";
import { CacheApiBlobCache } from "../../shared/adapters/cloudflare/cache-api-blob-cache.workerd.ts";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { workerdZstd } from "../../shared/compression/zstd.workerd.ts";
import type { Compression } from "../../shared/stores/indexed/indexed-parts.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { MIB } from "../support/bytes.ts";
import { freshBucket, freshDatabase } from "../support/cloudflare.workerd.ts";
import { indexedParts, testPolicy } from "../support/indexed.ts";
import { describeActionStore } from "./action-store.contract.ts";
import { describeBlobCache } from "./blob-cache.contract.ts";
import { describeBlobIndex } from "./blob-index.contract.ts";
import { describeLookUps } from "./blob-index/look-ups.ts";
import { describeRenewals } from "./blob-index/renewals.ts";
import type { BlobIndexTraits } from "./blob-index/under-test.ts";
import { describeBlobStore } from "./blob-store.contract.ts";
import { describeObjectStore } from "./object-store.contract.ts";

const nothing = (): Promise<void> => Promise.resolve();

const database: BlobIndexTraits = {
  create: async () => {
    const index = new D1BlobIndex(await freshDatabase());
    return { index, [Symbol.asyncDispose]: nothing };
  },
  joins: true,
  ordersExpired: true,
};

describeBlobIndex("D1", database);

describe("D1 by its replicas, a blob index", () => {
  const create: BlobIndexTraits["create"] = async () => {
    const index = new D1BlobIndex(await freshDatabase(), { readsReplicas: true });
    return { index, [Symbol.asyncDispose]: nothing };
  };
  const replicas = { ...database, create };
  describeLookUps(replicas);
  describeRenewals(replicas);
});

describeObjectStore("R2", {
  create: async () => {
    const objects = new R2ObjectStore(await freshBucket());
    return { objects, [Symbol.asyncDispose]: nothing };
  },
  verifies: ["sha256", "sha1", "md5", "sha384", "sha512"],
  hasMultipart: true,
});

describeBlobCache("the Cache API", {
  create: async (clock) => new CacheApiBlobCache(await caches.open(crypto.randomUUID()), clock),
});

async function createStores(compression: Compression) {
  const index = new D1BlobIndex(await freshDatabase());
  const objects = new R2ObjectStore(await freshBucket());
  const parts = indexedParts({ index, objects, hashers: workerdHashers, compression });
  const stores = createIndexedStores(parts);
  return { ...stores, clock: parts.clock, [Symbol.asyncDispose]: nothing };
}

for (const { name, ...encoding } of [
  { name: "D1 and R2" },
  { name: "D1 and R2 with all objects encoded", minSaving: -1 },
]) {
  const create = async () => await createStores({ codec: workerdZstd, ...encoding });

  describeBlobStore(name, {
    create: async () => {
      const { blobs: store, ...rest } = await create();
      return { ...rest, store };
    },
    leaseMs: testPolicy.leaseMs,
    boundaries: [testPolicy.inlineBytes, MIB],
  });

  describeActionStore(name, {
    create: async () => {
      const { actions: store, ...rest } = await create();
      return { ...rest, store };
    },
    largestResultBytes: 3 * MIB,
  });
}
