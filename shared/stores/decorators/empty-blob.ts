import { skim } from "../../bytes/collect.ts";
import { type Digest, isEmptyBlob } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { inTwo } from "../../in-two.ts";
import { mismatch, verified } from "../../bytes/verified.ts";
import type { BatchEntry, BlobSource, BlobStore, BlobTrouble, WholeBlob } from "../blob-store.ts";
import type { Call } from "../call.ts";
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
    get: (name, range, call) => (isEmptyBlob(name) ? empty(call) : base.get(name, range, call)),
    getBatch: (digests, call, accepted) =>
      inTwo<Digest, BatchEntry>(
        digests,
        isEmptyBlob,
        (empties) => empties.map(() => ({ data: new Uint8Array(), compressor: "identity" })),
        (others) => base.getBatch(others, call, accepted),
      ),
    // There are no bytes of an empty blob to keep: reading it to the end is what verifies it.
    put: (digest, body, call) =>
      isEmptyBlob(digest)
        ? skim(verified(digest, body, hashers, call.signal))
        : base.put(digest, body, call),
    putBatch: (blobs, call) =>
      inTwo(
        blobs,
        ({ digest }) => isEmptyBlob(digest),
        (empties) => empties.map(troubleWithEmpty),
        (others) => base.putBatch(others, call),
      ),
  };
}

function troubleWithEmpty({ digest, data: { byteLength } }: WholeBlob): BlobTrouble | undefined {
  return byteLength === 0 ? undefined : { error: mismatch(digest, `has ${byteLength} bytes`) };
}

async function empty({ signal }: Call): Promise<BlobSource> {
  signal.throwIfAborted();
  return sourceOf(0, async function* () {});
}
