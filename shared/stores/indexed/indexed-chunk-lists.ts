import type { BlobName, Digest } from "../../digest/digest.ts";
import { blobScopeOf, type Call } from "../call.ts";
import { entryOfList, listOfEntry } from "../chunk-list-entry.ts";
import type { ChunkList, ChunkListStore, FoundChunkList } from "../chunk-list-store.ts";
import { StoreError } from "../store-error.ts";
import { BlobLeases } from "./blob-leases.ts";
import type { Row } from "./blob-index.ts";
import { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { RelyingRows } from "./relying-rows.ts";
import { chunkListKey, type RowKey } from "./row-key.ts";

interface FoundList {
  readonly list: ChunkList;
  readonly row: Row;
  /** When the lease of the list and of all its chunks ends; `undefined` where a chunk is absent. */
  readonly leaseEndsMs: number | undefined;
}

/** How often a list is looked for, or written, while others come and go in its place. */
const ATTEMPTS = 5;

/**
 * Lists of chunks in the rows of an index. The lease of such a row never outlasts the leases of the chunks. A row whose chunks are all
 * there is not replaced, so that action results may rely on it; of one that lacks a chunk, every lease is over.
 */
export class IndexedChunkLists implements ChunkListStore {
  readonly #rows: RelyingRows;
  readonly #blobs: BlobLeases;

  constructor(parts: IndexedParts) {
    const lookUp = new ConfirmedLookUp(parts.index, parts.clock, parts.policy);
    this.#rows = new RelyingRows(parts, lookUp);
    this.#blobs = new BlobLeases(lookUp);
  }

  async get(name: BlobName, call: Call): Promise<FoundChunkList | undefined> {
    const key = chunkListKey(name, blobScopeOf(call));
    const isDue = (leaseEndsMs: number): boolean => this.#rows.isDue(leaseEndsMs);
    const found = await this.#find(key, name.sizeBytes, isDue, call);
    if (found === undefined) return undefined;
    const isComplete = found.leaseEndsMs !== undefined;
    return { ...found.list, completeness: isComplete ? "complete" : "incomplete" };
  }

  async put(digest: Digest, list: ChunkList, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const key = chunkListKey(digest, blobScopeOf(call));
    const { endsMs, missing } = await this.#blobs.extend(list.chunks, call);
    // One that lacks a chunk has never had a lease.
    const write = { key, wins: "first", leaseEndsMs: missing.length === 0 ? endsMs : 0 } as const;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.#rows.write(write, entryOfList(list, digest), call);
      if (row !== undefined) return;
      const other = await this.#findSoonDue(key, digest.sizeBytes, call);
      if (other?.leaseEndsMs !== undefined) return;
      if (other !== undefined) await this.#rows.remove(other.row, call);
    }
    throw busy(key);
  }

  /**
   * When the lease of a blob's list and chunks ends, which is extended if it would soon be due. `undefined` where the blob has no list,
   * or lacks a chunk.
   */
  async leaseEnd(digest: Digest, call: Call): Promise<number | undefined> {
    const key = chunkListKey(digest, blobScopeOf(call));
    return (await this.#findSoonDue(key, digest.sizeBytes, call))?.leaseEndsMs;
  }

  async #findSoonDue(key: RowKey, sizeBytes: number, call: Call): Promise<FoundList | undefined> {
    const isSoonDue = (leaseEndsMs: number): boolean => this.#rows.isSoonDue(leaseEndsMs);
    return await this.#find(key, sizeBytes, isSoonDue, call);
  }

  async #find(
    key: RowKey,
    sizeBytes: number | undefined,
    isDue: (leaseEndsMs: number) => boolean,
    call: Call,
  ): Promise<FoundList | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#rows.open(key, call);
      const list = found && listOfEntry(found.entry, sizeBytes);
      if (found === undefined || list === undefined) return undefined;
      const { row } = found;
      if (!isDue(row.leaseEndsMs)) return { list, row, leaseEndsMs: row.leaseEndsMs };
      const { endsMs, missing } = await this.#blobs.extend(list.chunks, call);
      if (missing.length > 0) return { list, row, leaseEndsMs: undefined };
      // Unless another has taken its place meanwhile.
      if (await this.#rows.extend(row, endsMs, call)) return { list, row, leaseEndsMs: endsMs };
    }
    throw busy(key);
  }
}

function busy(key: RowKey): StoreError {
  return new StoreError(
    "unavailable",
    `row ${key} came and went ${ATTEMPTS} times while it was needed; try again`,
  );
}
