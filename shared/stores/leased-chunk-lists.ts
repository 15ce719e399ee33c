import { type BlobName, digestKey } from "../digest/digest.ts";
import { limits } from "../limits.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Call } from "./call.ts";
import type { ChunkList, ChunkListStore } from "./chunk-list-store.ts";

/** Chunk lists that a blob can be read by. */
export class LeasedChunkLists {
  readonly #blobs: BlobStore;
  readonly #lists: ChunkListStore;
  readonly #minBytes: number;

  /** `blobs` holds the chunks. No blob of fewer than `minBytes` has a list. */
  constructor(blobs: BlobStore, lists: ChunkListStore, minBytes: number = limits.splicedBytes) {
    this.#blobs = blobs;
    this.#lists = lists;
    this.#minBytes = minBytes;
  }

  /** Whether there can be a list of a blob: not of small ones. */
  mayHave({ sizeBytes = Number.POSITIVE_INFINITY }: BlobName): boolean {
    return sizeBytes >= this.#minBytes;
  }

  /** The list of a blob, if all its chunks are there; it and they are under a lease then. */
  async find(name: BlobName, call: Call): Promise<ChunkList | undefined> {
    if (!this.mayHave(name)) return undefined;
    const found = await this.#lists.get(name, call);
    if (found === undefined || found.completeness === "incomplete") return undefined;
    if (found.completeness === "complete") return found;
    // One chunk may be there very often.
    const distinct = new Map(found.chunks.map((chunk) => [digestKey(chunk), chunk]));
    const missing = await this.#blobs.findMissing([...distinct.values()], call);
    return missing.length === 0 ? found : undefined;
  }
}
