import { IndexedActionStore } from "./indexed-action-store.ts";
import { IndexedBlobStore } from "./indexed-blob-store.ts";
import { IndexedChunkLists } from "./indexed-chunk-lists.ts";
import type { StoreProbe } from "../store-probe.ts";
import { indexedProbes } from "./indexed-probes.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { Sweeper } from "./sweeper.ts";

/** The stores of one index and one bucket, and what keeps these tidy. */
export interface IndexedStores {
  readonly blobs: IndexedBlobStore;
  readonly actions: IndexedActionStore;
  readonly chunkLists: IndexedChunkLists;
  readonly sweeper: Sweeper;
  readonly probes: readonly StoreProbe[];
}

export function createIndexedStores(parts: IndexedParts): IndexedStores {
  const chunkLists = new IndexedChunkLists(parts);
  return {
    blobs: new IndexedBlobStore(parts),
    actions: new IndexedActionStore(parts, chunkLists),
    chunkLists,
    sweeper: new Sweeper(parts),
    probes: indexedProbes(parts),
  };
}
