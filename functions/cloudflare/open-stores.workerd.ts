import { billedBucket } from "../../shared/adapters/cloudflare/billed-bucket.workerd.ts";
import { billedDatabase } from "../../shared/adapters/cloudflare/billed-database.workerd.ts";
import { CacheApiBlobCache } from "../../shared/adapters/cloudflare/cache-api-blob-cache.workerd.ts";
import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { D1PurgeStore } from "../../shared/adapters/cloudflare/d1-purge-store.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { systemClock } from "../../shared/clock.ts";
import { workerdZstd } from "../../shared/compression/zstd.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import { behindEdge, edgeCached } from "../../shared/stores/decorators/edge-cached.ts";
import { compressionOf } from "../../shared/stores/indexed/indexed-parts.ts";
import {
  createIndexedStores,
  type IndexedStores,
} from "../../shared/stores/indexed/indexed-stores.ts";
import { defaultPolicy } from "../../shared/stores/indexed/lease-policy.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import type { Meter } from "../../shared/telemetry/meter.ts";
import type { Env } from "./env.workerd.ts";
import type { Settings } from "./settings.ts";

const CACHE_NAME = "hayloft";

/** The stores behind the bindings, and what counts what they do. No request is made before the first one needs it. */
export function openStores(
  env: Env,
  settings: Settings,
  meter: Meter,
): IndexedStores & { readonly purges: PurgeStore } {
  const { quotaBytes, readsReplicas } = settings;
  const database = billedDatabase(env.INDEX, meter);
  const quota = quotaBytes === undefined ? {} : { quotaBytes };
  const stores = createIndexedStores({
    index: new D1BlobIndex(database, { readsReplicas, meter }),
    objects: new R2ObjectStore(billedBucket(env.OBJECTS, meter)),
    clock: systemClock,
    hashers: workerdHashers,
    fillRandom: (bytes) => void crypto.getRandomValues(bytes),
    policy: behindEdge({ ...defaultPolicy, ...quota }),
    compression: compressionOf(workerdZstd, settings.compressAtRest),
    meter,
  });
  return { ...stores, purges: new D1PurgeStore(database) };
}

/** The same blobs, the large ones from the cache of the data centre where it has them. */
export async function atEdge(
  blobs: BlobStore,
  context: Pick<ExecutionContext, "waitUntil">,
): Promise<BlobStore> {
  const cache = new CacheApiBlobCache(await caches.open(CACHE_NAME), systemClock);
  const background = (work: Promise<void>): void => context.waitUntil(work);
  return edgeCached(blobs, { cache, clock: systemClock, background });
}
