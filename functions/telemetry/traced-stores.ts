import type { ActionStore } from "../../shared/stores/action-store.ts";
import type { BlobStore } from "../../shared/stores/blob-store.ts";
import type { ChunkListStore } from "../../shared/stores/chunk-list-store.ts";
import { tracedActions } from "../../shared/stores/decorators/traced-actions.ts";
import { tracedBlobs } from "../../shared/stores/decorators/traced-blobs.ts";
import { tracedChunkLists } from "../../shared/stores/decorators/traced-chunk-lists.ts";
import { tracedTransfers } from "../../shared/stores/decorators/traced-transfers.ts";
import type { TransferStore } from "../../shared/stores/transfer-store.ts";
import type { TraceSettings } from "./trace-settings.ts";

interface Stores {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
  readonly chunkLists: ChunkListStore;
  readonly transfers?: TransferStore | undefined;
}

/** The same stores, with a span for each call of a request that is traced. Where nothing is, they are as they were, so that nobody pays for it. */
export function tracedStores(stores: Stores, traces: TraceSettings | undefined): Stores {
  if (traces === undefined) return stores;
  const { blobs, actions, chunkLists, transfers } = stores;
  return {
    blobs: tracedBlobs(blobs),
    actions: tracedActions(actions),
    chunkLists: tracedChunkLists(chunkLists),
    transfers: transfers && tracedTransfers(transfers),
  };
}
