import { IndexedActionStore } from "./indexed-action-store.ts";
import { IndexedBlobStore } from "./indexed-blob-store.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { Sweeper } from "./sweeper.ts";

/** The stores of one index and one bucket, and what keeps these tidy. */
export interface IndexedStores {
  readonly blobs: IndexedBlobStore;
  readonly actions: IndexedActionStore;
  readonly sweeper: Sweeper;
}

export function createIndexedStores(parts: IndexedParts): IndexedStores {
  return {
    blobs: new IndexedBlobStore(parts),
    actions: new IndexedActionStore(parts),
    sweeper: new Sweeper(parts),
  };
}
