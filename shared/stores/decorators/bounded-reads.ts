import { RequestError } from "../../request-error.ts";
import type { BlobStore } from "../blob-store.ts";
import { getEach } from "../get-each.ts";

/** What one answer can hold of a blob, and what to do about one that has more. */
export interface ReadCeiling {
  readonly maxBytes: number;
  /** A clause, as "read it in parts". */
  readonly remedy: string;
}

/** Refuses reads whose answer the platform would cut off, before their first byte. */
export function boundedReads(base: BlobStore, { maxBytes, remedy }: ReadCeiling): BlobStore {
  const get: BlobStore["get"] = async (name, range, call) => {
    const source = await base.get(name, range, call);
    if (source === undefined) return undefined;
    const bytes = Math.min(range.length ?? source.sizeBytes, source.sizeBytes - range.offset);
    if (bytes <= maxBytes) return source;
    await source[Symbol.asyncDispose]();
    throw new RequestError(
      "failed-precondition",
      `${bytes} bytes of ${name.hash} are more than the ${maxBytes} that one answer can have; ${remedy}`,
    );
  };
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (digests, call) => base.findMissing(digests, call),
    get,
    getBatch: (digests, call, accepted) => getEach({ get }, digests, call, accepted),
    put: async (digest, body, call) => await base.put(digest, body, call),
    putBatch: async (blobs, call) => await base.putBatch(blobs, call),
  };
}
