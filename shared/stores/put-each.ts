import { WholeBody } from "../bytes/whole-body.ts";
import { mapConcurrently } from "../concurrent.ts";
import { limits } from "../limits.ts";
import type { BlobStore, BlobTrouble, WholeBlob } from "./blob-store.ts";
import type { Call } from "./call.ts";

/** What `BlobStore.putBatch` does, where there is no quicker way than blob by blob. */
export async function putEach(
  store: Pick<BlobStore, "put">,
  blobs: readonly WholeBlob[],
  call: Call,
): Promise<readonly (BlobTrouble | undefined)[]> {
  return await mapConcurrently(blobs, limits.batchConcurrency, async ({ digest, data }) => {
    try {
      await store.put(digest, new WholeBody(data), call);
      return undefined;
    } catch (error) {
      call.signal.throwIfAborted();
      return { error };
    }
  });
}
