import type { BlobName, Digest } from "../digest/digest.ts";
import type { ActionStore } from "./action-store.ts";
import { blobScopeOf, type Call } from "./call.ts";
import { entryOfList, listOfEntry } from "./chunk-list-entry.ts";
import type { ChunkList, ChunkListStore, FoundChunkList } from "./chunk-list-store.ts";

/** Chunk lists in a store like that of action results, of their own, which keeps its entries for as long as leases last. */
export class EntryChunkLists implements ChunkListStore {
  readonly #entries: ActionStore;

  constructor(entries: ActionStore) {
    this.#entries = entries;
  }

  async get(name: BlobName, call: Call): Promise<FoundChunkList | undefined> {
    const entry = await this.#entries.get(name, whereBlobsAre(call));
    const list = entry && listOfEntry(entry, name.sizeBytes);
    return list && { ...list, completeness: entry.completeness };
  }

  async put(digest: Digest, list: ChunkList, call: Call): Promise<void> {
    await this.#entries.put(digest, entryOfList(list, digest), whereBlobsAre(call));
  }
}

/** A list belongs to its blob, whichever instance that is kept under. */
function whereBlobsAre(call: Call): Call {
  return { ...call, instanceName: blobScopeOf(call) };
}
