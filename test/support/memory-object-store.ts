import { abortable } from "../../shared/bytes/abortable.ts";
import { collect, iterate } from "../../shared/bytes/collect.ts";
import { counted, verified } from "../../shared/bytes/verified.ts";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { type Digest, digestKey, formatDigest } from "../../shared/digest/digest.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import type { BlobSource, ByteRange } from "../../shared/stores/blob-store.ts";
import type { ObjectKey } from "../../shared/stores/indexed/object-key.ts";
import type { InspectedObject, ObjectStore } from "../../shared/stores/indexed/object-store.ts";
import { sourceOf } from "../../shared/stores/source-of.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { MemoryMultipartUploads } from "./memory-multipart-uploads.ts";

export interface MemoryObjectStoreOptions {
  readonly hashers: Hashers;
  /** The digest functions by which `put` checks what it gets; left out, none. */
  readonly verifies?: readonly DigestFunction[];
  readonly maxPutBytes?: number;
}

interface StoredObject {
  readonly bytes: Uint8Array;
  /** What the bytes were checked against, if they were. */
  readonly checked?: Digest;
}

/** As many names as R2 and S3 give at once. */
const NAMES_PER_PAGE = 1000;

/**
 * Objects in this process's memory: the reference implementation of the port, for tests and simulations. Exact, and bounded by
 * nothing but memory. What a call changes it changes in one step, when it ends.
 */
export class MemoryObjectStore implements ObjectStore {
  readonly maxPutBytes: number;
  readonly multipart: MemoryMultipartUploads;
  readonly #hashers: Hashers;
  readonly #verified: ReadonlySet<DigestFunction>;
  readonly #objects = new Map<string, StoredObject>();

  constructor({ hashers, verifies = [], maxPutBytes }: MemoryObjectStoreOptions) {
    this.maxPutBytes = maxPutBytes ?? Number.MAX_SAFE_INTEGER;
    this.#hashers = hashers;
    this.#verified = new Set(verifies);
    this.multipart = new MemoryMultipartUploads((key, bytes) => this.#objects.set(key, { bytes }));
  }

  verifies(digest: Digest): boolean {
    return this.#verified.has(digest.function);
  }

  async put(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    if (digest.sizeBytes > this.maxPutBytes) {
      throw new StoreError(
        "too-large",
        `${formatDigest(digest)} is above the ${this.maxPutBytes} bytes of one put; upload it in parts`,
      );
    }
    const isChecked = this.verifies(digest);
    const received = isChecked
      ? verified(digest, body, this.#hashers, signal)
      : counted(digest, body, signal);
    const bytes = await collect(received, digest.sizeBytes);
    this.#objects.set(key, isChecked ? { bytes, checked: digest } : { bytes });
  }

  async get(
    key: ObjectKey,
    { offset, length }: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    signal.throwIfAborted();
    const bytes = this.#objects.get(key)?.bytes;
    if (bytes === undefined) return undefined;
    if (offset > bytes.byteLength) {
      throw new RangeError(`offset ${offset} in an object of ${bytes.byteLength} bytes`);
    }
    const part = bytes.subarray(offset, length === undefined ? undefined : offset + length);
    return sourceOf(bytes.byteLength, () => abortable(iterate([part]), signal));
  }

  async inspect(
    key: ObjectKey,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<InspectedObject | undefined> {
    signal.throwIfAborted();
    const object = this.#objects.get(key);
    if (object === undefined) return undefined;
    const { bytes, checked } = object;
    const isVerified = checked !== undefined && digestKey(checked) === digestKey(digest);
    return { sizeBytes: bytes.byteLength, isVerified };
  }

  async delete(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const key of keys) this.#objects.delete(key);
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<readonly string[], void> {
    let last = "";
    for (;;) {
      signal.throwIfAborted();
      const page = [...this.#objects.keys()]
        .filter((name) => name.startsWith(prefix) && name > last)
        .toSorted()
        .slice(0, NAMES_PER_PAGE);
      yield page;
      last = page.at(-1) ?? "";
      if (page.length < NAMES_PER_PAGE) return;
    }
  }
}
