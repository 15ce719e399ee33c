import { verified } from "../bytes/verified.ts";
import { iterate, skim } from "../bytes/collect.ts";
import { mapConcurrently } from "../concurrent.ts";
import { type Digest, digestKey, formatDigest } from "../digest/digest.ts";
import type { Hashers } from "../digest/hasher.ts";
import { limits } from "../limits.ts";
import { invalidArgument } from "../request-error.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";

/** Whether an upload wrote the blob, or found that it was there or came to be there from elsewhere. */
export type UploadOutcome = "stored" | "present";

/** One blob of a batch: its bytes. */
export interface BatchUpload {
  readonly digest: Digest;
  readonly data: Uint8Array;
}

/** The largest blob that the way in admits, and what to do about a larger one. */
export interface UploadCeiling {
  readonly maxBytes: number;
  /** A clause, as "a larger --size admits larger blobs". */
  readonly remedy: string;
}

const storeCeiling: UploadCeiling = {
  maxBytes: limits.blobBytes,
  remedy: "a larger --size admits larger blobs",
};

/** Uploads, by the REAPI's rules: every byte is verified, and a blob that is present is not written again. */
export class UploadService {
  readonly ceiling: UploadCeiling;
  readonly #store: BlobStore;
  readonly #hashers: Hashers;
  /** Uploads under way by blob, so that the first to end can end the others. */
  readonly #underWay = new Map<string, Set<AbortController>>();

  constructor(store: BlobStore, hashers: Hashers, ceiling: UploadCeiling = storeCeiling) {
    this.#store = store;
    this.#hashers = hashers;
    this.ceiling = { ...ceiling, maxBytes: Math.min(ceiling.maxBytes, store.maxBlobBytes) };
  }

  /** The largest blob that can be uploaded, in bytes. */
  get maxBlobBytes(): number {
    return this.ceiling.maxBytes;
  }

  /** Throws INVALID_ARGUMENT for a blob that is too large, before its first byte. */
  checkSize(digest: Digest): void {
    if (digest.sizeBytes <= this.maxBlobBytes) return;
    throw invalidArgument(
      "digest.size_bytes",
      `${formatDigest(digest)} is larger than ${this.maxBlobBytes} bytes, the largest blob that fits here; ${this.ceiling.remedy}`,
    );
  }

  /** Whether the blob is there already, with its lease extended. */
  async isPresent(digest: Digest, call: Call): Promise<boolean> {
    return (await this.#store.findMissing([digest], call)).length === 0;
  }

  /**
   * Writes a blob that was not there a moment ago. Resolves "present" as soon as another upload of it ends, without reading
   * the rest of `body`.
   */
  async write(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<UploadOutcome> {
    this.checkSize(digest);
    const key = `${call.instanceName}\n${digestKey(digest)}`;
    const rivals = this.#underWay.get(key) ?? new Set();
    this.#underWay.set(key, rivals);
    const own = new AbortController();
    rivals.add(own);
    try {
      const signal = AbortSignal.any([call.signal, own.signal]);
      await this.#store.put(digest, body, { ...call, signal });
      for (const rival of rivals) rival.abort();
      return "stored";
    } catch (error) {
      if (own.signal.aborted && !call.signal.aborted) return "present";
      throw error;
    } finally {
      rivals.delete(own);
      if (rivals.size === 0 && this.#underWay.get(key) === rivals) this.#underWay.delete(key);
    }
  }

  /** The same for protocols without an early answer: the body is read to its end and verified even if the blob is there. */
  async writeAll(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    this.checkSize(digest);
    if (!(await this.isPresent(digest, call))) {
      await this.#store.put(digest, body, call);
      return;
    }
    // Only the check at the end matters: the store holds these bytes.
    await skim(verified(digest, body, this.#hashers, call.signal));
  }

  /** Writes the blobs that are not there yet. One result an entry: `undefined`, or why it failed. */
  async writeBatch(entries: readonly BatchUpload[], call: Call): Promise<readonly unknown[]> {
    const missing = await this.#store.findMissing(
      entries.map(({ digest }) => digest),
      call,
    );
    const absent = new Set(missing.map(digestKey));
    return await mapConcurrently(entries, limits.batchConcurrency, async ({ digest, data }) => {
      if (!absent.has(digestKey(digest))) return undefined;
      try {
        await this.write(digest, iterate([data]), call);
        return undefined;
      } catch (error) {
        call.signal.throwIfAborted();
        return error;
      }
    });
  }
}
