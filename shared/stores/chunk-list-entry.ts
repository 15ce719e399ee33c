import type { Digest } from "../digest/digest.ts";
import type { ActionEntry } from "./action-store.ts";
import type { ChunkList } from "./chunk-list-store.ts";

/** A chunk list as an entry, which is to the blobs that it refers to as an action result is: the chunks, in order, are its references. */
export function entryOfList({ chunks, cutBy }: ChunkList, { sizeBytes }: Digest): ActionEntry {
  return {
    actionSizeBytes: sizeBytes,
    result: Uint8Array.of(cutBy === "fast-cdc-2020" ? 1 : 0),
    references: chunks,
  };
}

/** The list; `undefined` where a store has not kept all of it, or where the blob has another size than `sizeBytes`. */
export function listOfEntry(
  { actionSizeBytes, result, references }: ActionEntry,
  sizeBytes: number | undefined,
): ChunkList | undefined {
  if (references === undefined) return undefined;
  if (sizeBytes !== undefined && sizeBytes !== actionSizeBytes) return undefined;
  return { chunks: references, cutBy: result[0] === 1 ? "fast-cdc-2020" : "unknown" };
}
