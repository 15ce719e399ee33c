import { skim } from "../../bytes/collect.ts";
import { verified } from "../../bytes/verified.ts";
import { type Digest, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { invalidArgument, RequestError } from "../../request-error.ts";
import { StoreError } from "../store-error.ts";
import type { ObjectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { partCountOf } from "./part-count.ts";

/** What a client says of an upload in parts; without an id, it was one request. */
export interface ClaimedParts {
  readonly multipartId: string | undefined;
  readonly etags: readonly string[];
}

/** Objects that clients have uploaded themselves: nothing that they say of them is believed. */
export class UploadedObjects {
  readonly #objects: ObjectStore;
  readonly #hashers: Hashers;

  constructor(objects: ObjectStore, hashers: Hashers) {
    this.#objects = objects;
    this.#hashers = hashers;
  }

  /**
   * Resolves when the object is there, whole, with the digest's bytes; where the store has not checked them, it is read. Deletes one
   * with others.
   */
  async finish(
    key: ObjectKey,
    digest: Digest,
    parts: ClaimedParts,
    signal: AbortSignal,
  ): Promise<void> {
    const failure = await this.#complete(key, digest, parts, signal);
    const object = await this.#objects.inspect(key, digest, signal);
    if (object === undefined) throw failure ?? nothingUploaded(digest);
    if (object.isVerified && object.sizeBytes === digest.sizeBytes) return;
    await this.#verify(key, digest, signal);
  }

  /** Makes the object of its parts. What went wrong, unless the client did it: an earlier call may have come this far. */
  async #complete(
    key: ObjectKey,
    digest: Digest,
    { multipartId, etags }: ClaimedParts,
    signal: AbortSignal,
  ): Promise<StoreError | undefined> {
    if (multipartId === undefined) return undefined;
    const partCount = partCountOf(digest);
    if (etags.length !== partCount) {
      throw invalidArgument("part_etags", `${etags.length} of ${partCount} parts are named`);
    }
    const parts = etags.map((etag, index) => ({ number: index + 1, etag }));
    try {
      await this.#objects.multipart?.complete(key, multipartId, parts, signal);
      return undefined;
    } catch (error) {
      if (error instanceof StoreError) return error;
      throw error;
    }
  }

  async #verify(key: ObjectKey, digest: Digest, signal: AbortSignal): Promise<void> {
    await using source = await this.#objects.get(key, { offset: 0 }, signal);
    if (source === undefined) throw nothingUploaded(digest);
    try {
      await skim(verified(digest, source, this.#hashers, signal));
    } catch (error) {
      if (error instanceof RequestError) await this.#objects.delete([key], signal);
      throw error;
    }
  }
}

function nothingUploaded(digest: Digest): RequestError {
  return new RequestError(
    "failed-precondition",
    `nothing has been uploaded as ${formatDigest(digest)} with this token; begin again`,
  );
}
