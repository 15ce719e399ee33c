import type { Digest } from "../../digest/digest.ts";
import type { BlobSource, ByteRange } from "../blob-store.ts";
import type { PresignedRequest } from "../transfer-store.ts";
import type { ObjectKey } from "./object-key.ts";

/** One part of a multipart upload, as the store knows it. */
export interface UploadedPart {
  /** From 1. */
  readonly number: number;
  readonly etag: string;
}

/** Uploads in parts, for objects that are too large for one request. All parts but the last have the same size, of at least 5 MiB. */
export interface MultipartUploads {
  readonly maxParts: number;
  /** Begins an upload; what names it. */
  create(key: ObjectKey, signal: AbortSignal): Promise<string>;
  putPart(
    key: ObjectKey,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart>;
  /**
   * Makes the object of the parts, given in any order. Nothing is visible before. A part or an upload that is not there is a
   * `StoreError` "unavailable".
   */
  complete(
    key: ObjectKey,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Gives up the parts. Harmless where there are none, and where they have become an object, which stays. */
  abort(key: ObjectKey, uploadId: string): Promise<void>;
}

export interface InspectedObject {
  readonly sizeBytes: number;
  /** Whether the store itself has checked that the bytes are the digest's. Otherwise that is unknown. */
  readonly isVerified: boolean;
}

/** Requests for others to make, so that large bytes need not pass through us. */
export interface Presigner {
  get(key: ObjectKey, expiresInMs: number): Promise<PresignedRequest>;
  /** Good for exactly these bytes: size and hash are signed in. Only for digests that `verifies`. */
  put(key: ObjectKey, digest: Digest, expiresInMs: number): Promise<PresignedRequest>;
  /** Good for exactly so many bytes. */
  putPart(
    key: ObjectKey,
    part: { readonly uploadId: string; readonly number: number; readonly sizeBytes: number },
    expiresInMs: number,
  ): Promise<PresignedRequest>;
}

/**
 * The objects of an indexed store: R2, S3, memory. Strongly consistent, and no key is ever written with two contents. Trouble is a
 * `StoreError`; whether a write that threw took effect is unknown. A call whose signal has aborted throws the signal's reason and
 * changes nothing; reads and lists under way end with it as well.
 */
export interface ObjectStore {
  /** The largest object that `put` takes. */
  readonly maxPutBytes: number;

  /** Whether `put` refuses bytes that do not hash to this digest; otherwise its caller must see to that. */
  verifies(digest: Digest): boolean;

  /**
   * Takes an object whose size is the digest's; one above `maxPutBytes` is a `StoreError` "too-large" before its first byte. Nothing
   * is visible before it resolves. Where the body throws, even after its last byte, so does the call, with the same error, and
   * nothing is left. More or fewer bytes, and bytes that `verifies` finds wrong, are a `RequestError` "invalid-argument". Buffers no
   * more than a constant.
   */
  put(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void>;

  /** The object, or a part of it, which at its very end is empty; `undefined` where there is none. */
  get(key: ObjectKey, range: ByteRange, signal: AbortSignal): Promise<BlobSource | undefined>;

  /** What the store knows of an object without reading it; `undefined` where there is none. */
  inspect(
    key: ObjectKey,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<InspectedObject | undefined>;

  /** Deletes objects; one that is not there is no trouble. */
  delete(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void>;

  /** The names of all objects that begin with `prefix`, in pages, foreign ones included. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<readonly string[]>;

  readonly multipart?: MultipartUploads;
  readonly presigner?: Presigner;
}
