import type { ChunkListStore } from "../chunk-list-store.ts";
import { callInSpan } from "../in-span.ts";

/** Traces each call. */
export function tracedChunkLists(base: ChunkListStore): ChunkListStore {
  return {
    get: (name, call) =>
      callInSpan(
        call,
        "ChunkListStore.get",
        (own) => base.get(name, own),
        (found) => ({ "hayloft.hit": found !== undefined }),
      ),
    put: (digest, list, call) =>
      callInSpan(call, "ChunkListStore.put", (own) => base.put(digest, list, own)),
  };
}
