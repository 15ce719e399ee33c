import { skim } from "../../bytes/collect.ts";
import { type Digest, isEmptyBlob } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { Compressor } from "../../digest/resource-name.ts";
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
      digests.some(isEmptyBlob)
        ? batchWithEmpty(base, digests, call, accepted)
        : base.getBatch(digests, call, accepted),
    // There are no bytes of an empty blob to keep: reading it to the end is what verifies it.
    put: (digest, body, call) =>
      isEmptyBlob(digest)
        ? skim(verified(digest, body, hashers, call.signal))
        : base.put(digest, body, call),
    putBatch: (blobs, call) =>
      blobs.some(({ digest }) => isEmptyBlob(digest))
        ? putWithEmpty(base, blobs, call)
        : base.putBatch(blobs, call),
  };
}

async function putWithEmpty(
  base: BlobStore,
  blobs: readonly WholeBlob[],
  call: Call,
): Promise<readonly (BlobTrouble | undefined)[]> {
  const others = blobs.filter(({ digest }) => !isEmptyBlob(digest));
  const outcomes = (await base.putBatch(others, call)).values();
  return blobs.map(({ digest, data }) => {
    if (!isEmptyBlob(digest)) return outcomes.next().value;
    return data.byteLength === 0
      ? undefined
      : { error: mismatch(digest, `has ${data.byteLength} bytes`) };
  });
}

async function batchWithEmpty(
  base: BlobStore,
  digests: readonly Digest[],
  call: Call,
  accepted: Compressor | undefined,
): Promise<readonly BatchEntry[]> {
  const asked = digests.filter((digest) => !isEmptyBlob(digest));
  const found = (await base.getBatch(asked, call, accepted)).values();
  return digests.map((digest) =>
    isEmptyBlob(digest) ? { data: new Uint8Array(), compressor: "identity" } : found.next().value,
  );
}

async function empty({ signal }: Call): Promise<BlobSource> {
  signal.throwIfAborted();
  return sourceOf(0, async function* () {});
}
