import type { Digest } from "../../digest/digest.ts";
import type { BlobStore } from "../blob-store.ts";
import type { Call } from "../call.ts";
import { askForMisses } from "../get-each.ts";
import { blobCallsAbove, hasAbove } from "../inherited-calls.ts";

/** Reads what a call's own instance lacks from those above it, as far as its caller may. What is written goes into its own. */
export function inheritedBlobs(base: BlobStore): BlobStore {
  const findMissing = async (
    digests: readonly Digest[],
    call: Call,
  ): Promise<readonly Digest[]> => {
    let missing = await base.findMissing(digests, call);
    if (missing.length === 0) return missing;
    for (const above of blobCallsAbove(call)) {
      missing = await base.findMissing(missing, above);
      if (missing.length === 0) break;
    }
    return missing;
  };

  const get: BlobStore["get"] = async (name, range, call) => {
    const own = await base.get(name, range, call);
    if (own !== undefined) return own;
    for (const above of blobCallsAbove(call)) {
      const found = await base.get(name, range, above);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const getBatch: BlobStore["getBatch"] = async (digests, call, accepted) => {
    let entries = await base.getBatch(digests, call, accepted);
    for (const above of blobCallsAbove(call)) {
      entries = await askForMisses(digests, entries, (missed) =>
        base.getBatch(missed, above, accepted),
      );
    }
    return entries;
  };

  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (digests, call) =>
      hasAbove(call) ? findMissing(digests, call) : base.findMissing(digests, call),
    get: (name, range, call) =>
      hasAbove(call) ? get(name, range, call) : base.get(name, range, call),
    getBatch: (digests, call, accepted) =>
      hasAbove(call) ? getBatch(digests, call, accepted) : base.getBatch(digests, call, accepted),
    put: (digest, body, call) => base.put(digest, body, call),
    putBatch: (blobs, call) => base.putBatch(blobs, call),
  };
}
