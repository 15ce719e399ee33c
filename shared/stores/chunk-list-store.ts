import type { BlobName, Digest } from "../digest/digest.ts";
import type { Call } from "./call.ts";

/** What a blob was cut by: what is advertised, or anything else. */
export type ChunkingFunction = "fast-cdc-2020" | "unknown";

/** Chunks whose bytes, one after another, are a blob. */
export interface ChunkList {
  /** In order. One may be there several times; the empty one is not there. */
  readonly chunks: readonly Digest[];
  readonly cutBy: ChunkingFunction;
}

export interface FoundChunkList extends ChunkList {
  /** What the store has found of the chunks in the same round trip: all are there with their leases extended, or not. */
  readonly completeness: "complete" | "incomplete" | "unknown";
}

/**
 * Which chunks make a blob, apart for each instance name. A list that is given stays for at least `limits.leaseMs` from then, as long
 * as its chunks do; nobody relies on one that was put before it was given. Trouble is a `StoreError`, never a miss.
 */
export interface ChunkListStore {
  /** The list; `undefined` is a miss. A blob of another size has none. */
  get(name: BlobName, call: Call): Promise<FoundChunkList | undefined>;

  /**
   * Takes a list whose chunks are known to make the blob. Where there is one whose chunks are all there, that one may stay: it is as
   * good. One whose chunks are not all there is replaced, and need not be kept itself.
   */
  put(digest: Digest, list: ChunkList, call: Call): Promise<void>;
}
