import { D1BlobIndex } from "../../shared/adapters/cloudflare/d1-blob-index.workerd.ts";
import { R2ObjectStore } from "../../shared/adapters/cloudflare/r2-object-store.workerd.ts";
import { workerdHashers } from "../../shared/digest/hashers.workerd.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { freshBucket, freshDatabase } from "../support/cloudflare.workerd.ts";
import { indexedParts } from "../support/indexed.ts";
import { describeChunkListStore } from "./chunk-list-store.contract.ts";
import { describeSplicedOutputs, sweepingPolicy } from "./spliced-outputs.contract.ts";

const create = async () => {
  const index = new D1BlobIndex(await freshDatabase());
  const objects = new R2ObjectStore(await freshBucket());
  const parts = indexedParts({ index, objects, hashers: workerdHashers, policy: sweepingPolicy });
  const nothing = (): Promise<void> => Promise.resolve();
  return { ...createIndexedStores(parts), clock: parts.clock, [Symbol.asyncDispose]: nothing };
};

describeChunkListStore("D1 and R2", { create });
describeSplicedOutputs("D1 and R2", { create });
