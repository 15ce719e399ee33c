import { skim } from "../../bytes/collect.ts";
import { mismatch, verified } from "../../bytes/verified.ts";
import { type Digest, formatDigest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { invalidArgument, quote, RequestError } from "../../request-error.ts";
import { StoreError } from "../store-error.ts";
import type { ObjectKey } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { partCountOf } from "./part-count.ts";

/** What a client says of an upload in parts; without an id, it was one request. */
export interface ClaimedParts {
  readonly multipartId: string | undefined;
  readonly etags: readonly string[];
}

/** What an ETag may look like; a bucket would not know what to make of others. */
const etagPattern = /^[!-~]{1,200}$/;

/** Objects that clients have uploaded themselves: nothing that they say of them is believed. */
export class UploadedObjects {
  readonly #objects: ObjectStore;
  readonly #hashers: Hashers;

  constructor(objects: ObjectStore, hashers: Hashers) {
    this.#objects = objects;
    this.#hashers = hashers;
  }

  /**
   * Resolves when the object is there, whole, with the digest's bytes: checked by the store as one request, or read here if it came
   * in parts. One with others stays, because what is claimed of it may be wrong: if no row names it, a sweep collects it as an orphan.
   */
  async finish(
    key: ObjectKey,
    digest: Digest,
    parts: ClaimedParts,
    signal: AbortSignal,
  ): Promise<void> {
    const failure = await this.#complete(key, digest, parts, signal);
    const object = await this.#objects.inspect(key, digest, signal);
    if (object === undefined) throw notThere(digest, failure);
    if (object.sizeBytes !== digest.sizeBytes) {
      throw mismatch(digest, `has ${object.sizeBytes} bytes`);
    }
    if (object.isVerified) return;
    // What a store takes unchecked in one request it would take again, with other bytes, after they were read.
    if (parts.multipartId === undefined) throw unchecked(digest);
    await this.#verify(key, digest, signal);
  }

  /** Makes the object of its parts. What went wrong, which need not matter: an earlier call may have come this far. */
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
    for (const [index, etag] of etags.entries()) {
      if (!etagPattern.test(etag)) {
        throw invalidArgument(`part_etags[${index}]`, `${quote(etag)} is none that a bucket gives`);
      }
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
    if (source === undefined) throw notThere(digest, undefined);
    await skim(verified(digest, source, this.#hashers, signal));
  }
}

/** Refused rights are the operator's trouble; anything else means that the client's parts are not what it says. */
function notThere(digest: Digest, failure: StoreError | undefined): RequestError | StoreError {
  if (failure === undefined) {
    return new RequestError(
      "failed-precondition",
      `nothing has been uploaded as ${formatDigest(digest)} with this token; begin again`,
    );
  }
  if (failure.code === "denied") return failure;
  return new RequestError(
    "failed-precondition",
    `the parts of ${formatDigest(digest)} do not make an object: upload what is missing, or begin again (${failure.message})`,
  );
}

function unchecked(digest: Digest): RequestError {
  return new RequestError(
    "failed-precondition",
    `the bucket has not checked the bytes of ${formatDigest(digest)}; upload it with ByteStream`,
  );
}
