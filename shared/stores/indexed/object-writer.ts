import { counted, verified } from "../../bytes/verified.ts";
import type { Digest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { limits } from "../../limits.ts";
import type { ObjectKey } from "./object-key.ts";
import type { MultipartUploads, ObjectStore, UploadedPart } from "./object-store.ts";

/** Writes objects whose bytes are right: the store sees to that where it can, and we do where it cannot. */
export class ObjectWriter {
  /** The largest object that can be written, in bytes. */
  readonly maxBytes: number;
  readonly #objects: ObjectStore;
  readonly #hashers: Hashers;

  constructor(objects: ObjectStore, hashers: Hashers) {
    this.#objects = objects;
    this.#hashers = hashers;
    const maxParts = objects.multipart?.maxParts ?? 0;
    this.maxBytes = Math.max(objects.maxPutBytes, maxParts * limits.partBytes);
  }

  /** Resolves when the object is there, with exactly the bytes of the digest; others are INVALID_ARGUMENT. */
  async write(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const { multipart } = this.#objects;
    const isSingle = digest.sizeBytes <= this.#objects.maxPutBytes;
    if (isSingle && this.#objects.verifies(digest)) {
      await this.#objects.put(key, digest, counted(digest, body, signal), signal);
      return;
    }
    const bytes = verified(digest, body, this.#hashers, signal);
    if (isSingle || multipart === undefined) {
      await this.#objects.put(key, digest, bytes, signal);
      return;
    }
    await writeInParts(multipart, key, bytes, signal);
  }
}

async function writeInParts(
  multipart: MultipartUploads,
  key: ObjectKey,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const uploadId = await multipart.create(key, signal);
  try {
    const parts: UploadedPart[] = [];
    for await (const part of inParts(bytes)) {
      parts.push(await multipart.putPart(key, uploadId, parts.length + 1, part, signal));
    }
    await multipart.complete(key, uploadId, parts, signal);
  } catch (error) {
    // Parts that stay behind all the same are the bucket's to expire; what went wrong is what the caller must hear.
    await multipart.abort(key, uploadId).catch(() => undefined);
    throw error;
  }
}

/** The same bytes in parts of equal size, but for the last. A part is valid until the next one is asked for. */
async function* inParts(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const part = new Uint8Array(limits.partBytes);
  let filled = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, part.byteLength - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (filled < part.byteLength) continue;
      yield part;
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
