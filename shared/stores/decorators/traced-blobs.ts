import type { BlobStore } from "../blob-store.ts";
import { callInSpan } from "../in-span.ts";

/** Traces each call. That of a read ends when its bytes are at hand: how long they then take depends on who takes them. */
export function tracedBlobs(base: BlobStore): BlobStore {
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (digests, call) =>
      callInSpan(
        call,
        "BlobStore.findMissing",
        (own) => base.findMissing(digests, own),
        (missing) => ({ "hayloft.asked": digests.length, "hayloft.misses": missing.length }),
      ),
    get: (name, range, call) =>
      callInSpan(
        call,
        "BlobStore.get",
        (own) => base.get(name, range, own),
        (source) => ({ "hayloft.hit": source !== undefined, "hayloft.bytes": source?.sizeBytes }),
      ),
    getBatch: (digests, call, accepted) =>
      callInSpan(
        call,
        "BlobStore.getBatch",
        (own) => base.getBatch(digests, own, accepted),
        (entries) => ({
          "hayloft.asked": digests.length,
          "hayloft.misses": entries.filter((entry) => entry === undefined).length,
        }),
      ),
    put: (digest, body, call) =>
      callInSpan(
        call,
        "BlobStore.put",
        (own) => base.put(digest, body, own),
        () => ({ "hayloft.bytes": digest.sizeBytes }),
      ),
    putBatch: (blobs, call) =>
      callInSpan(
        call,
        "BlobStore.putBatch",
        (own) => base.putBatch(blobs, own),
        () => ({ "hayloft.bytes": blobs.reduce((sum, { data }) => sum + data.byteLength, 0) }),
      ),
  };
}
