import { verified } from "../../bytes/verified.ts";
import type { Digest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { limits } from "../../limits.ts";
import type { ObjectKey } from "./object-key.ts";
import { inParts, writeInParts } from "./object-parts.ts";
import type { ObjectStore } from "./object-store.ts";

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
      await this.#objects.put(key, digest, body, signal);
      return;
    }
    const bytes = verified(digest, body, this.#hashers, signal);
    if (isSingle || multipart === undefined) {
      await this.#objects.put(key, digest, bytes, signal);
      return;
    }
    await writeInParts(multipart, key, inParts(bytes, limits.partBytes), signal);
  }
}
