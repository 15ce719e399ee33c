import { skim } from "../../bytes/collect.ts";
import { isEmptyBlob } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { verified } from "../../bytes/verified.ts";
import type { BlobStore } from "../blob-store.ts";
import { sourceOf } from "../source-of.ts";

/**
 * Answers for the empty blob without the store, in every digest function: the REAPI has it always present, clients rely on it,
 * and many never upload it. Every server wants this, outermost.
 */
export function emptyBlob(base: BlobStore, hashers: Hashers): BlobStore {
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (digests, call) => {
      const asked = digests.some(isEmptyBlob) ? digests.filter((d) => !isEmptyBlob(d)) : digests;
      return base.findMissing(asked, call);
    },
    get: async (name, range, call) => {
      if (!isEmptyBlob(name)) return await base.get(name, range, call);
      call.signal.throwIfAborted();
      return sourceOf(0, async function* () {});
    },
    put: async (digest, body, call) => {
      if (!isEmptyBlob(digest)) return await base.put(digest, body, call);
      // There are no bytes to keep: reading it to the end is what verifies it.
      await skim(verified(digest, body, hashers, call.signal));
    },
  };
}
