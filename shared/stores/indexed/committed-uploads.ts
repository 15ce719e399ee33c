import type { Clock } from "../../clock.ts";
import { type Digest, formatDigest } from "../../digest/digest.ts";
import type { InstanceName } from "../../digest/instance-name.ts";
import { RequestError } from "../../request-error.ts";
import { StoreError } from "../store-error.ts";
import type { BlobIndex, FullRow, Row } from "./blob-index.ts";
import type { ConfirmedLookUp } from "./confirmed-look-up.ts";
import { EncodingWriter } from "./encoding-writer.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import type { LeasePolicy } from "./lease-policy.ts";
import { objectKeyOf } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { blobKey, type Reference, type RowKey } from "./row-key.ts";
import { type FillRandom, newUploadId, startedMs, type UploadId } from "./upload-id.ts";

/** What is to be written, wherever its content goes. */
export interface Write {
  readonly key: RowKey;
  readonly sizeBytes: number;
  readonly standsAlone: boolean;
  /** What the row is to list of what it relies on. */
  readonly references: readonly Reference[];
  readonly wins: "first" | "last";
  /** When the lease of what it relies on ends, where that has been looked up. */
  readonly leaseEndsMs?: number | undefined;
}

/** The write of a blob: all that are right are alike, so that the first stays. */
export function blobWrite(digest: Digest, instance: InstanceName): Write {
  const key = blobKey(digest, instance);
  return { key, sizeBytes: digest.sizeBytes, standsAlone: true, references: [], wins: "first" };
}

/** Uploads: the content first, then the row. Until the row is in place, nothing is visible. */
export class CommittedUploads {
  /** The largest content, in bytes. */
  readonly maxBytes: number;
  /** The largest blob that goes into its row, in bytes. */
  readonly maxInlineBytes: number;
  readonly #index: BlobIndex;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;
  readonly #policy: LeasePolicy;
  readonly #fillRandom: FillRandom;
  readonly #lookUp: ConfirmedLookUp;
  readonly #writer: EncodingWriter;

  constructor(parts: IndexedParts, lookUp: ConfirmedLookUp) {
    this.#index = parts.index;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
    this.#policy = parts.policy;
    this.#fillRandom = parts.fillRandom;
    this.#lookUp = lookUp;
    this.#writer = new EncodingWriter(parts);
    this.maxBytes = this.#writer.maxBytes;
    this.maxInlineBytes = Math.min(parts.policy.inlineBytes, parts.index.maxRowBytes);
  }

  /** Throws `StoreError` "too-large" for a blob that cannot be written. */
  checkSize(digest: Digest): void {
    if (digest.sizeBytes <= this.maxBytes) return;
    throw new StoreError(
      "too-large",
      `${formatDigest(digest)} is larger than ${this.maxBytes} bytes, the largest object that the bucket takes`,
    );
  }

  /** A name for a write that begins now. */
  newUpload(): UploadId {
    return newUploadId(this.#clock, this.#fillRandom);
  }

  /** Writes content that is known to be right into its row. The row; `undefined` where another one has stayed. */
  async inRow(write: Write, content: Uint8Array, signal: AbortSignal): Promise<Row | undefined> {
    const row = this.#row(write, this.newUpload(), content);
    const kept = await this.#commit(row, write.wins, signal);
    return kept.upload === row.upload ? kept : undefined;
  }

  /** The same into an object of its own; bytes that are not the digest's are INVALID_ARGUMENT. */
  async inObject(
    write: Write,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<Row | undefined> {
    const begun = { key: write.key, upload: this.newUpload() };
    const upload = await this.#writer.write(begun, digest, body, signal);
    return await this.commitObject(write, upload, signal);
  }

  /** Throws where an upload began too long ago to be committed. */
  checkWindow(upload: UploadId): void {
    const { uploadWindowMs } = this.#policy;
    if (this.#clock.now() - startedMs(upload) <= uploadWindowMs) return;
    throw new RequestError(
      "failed-precondition",
      `an upload may take ${uploadWindowMs / 60_000} minutes, and this one took longer; begin again`,
    );
  }

  /** Commits the row of an object that is there, with the right bytes: as above. Throws where its upload began too long ago. */
  async commitObject(
    write: Write,
    upload: UploadId,
    signal: AbortSignal,
  ): Promise<Row | undefined> {
    // The object stays even then, for the upload may have been committed before: if it was not, a sweep collects it as an orphan.
    this.checkWindow(upload);
    const askedMs = this.#clock.now();
    const row = this.#row(write, upload, undefined);
    const kept = await this.#commit(row, write.wins, signal);
    if (kept.upload === upload) return kept;
    await this.#drop(row, signal);
    this.#lookUp.checkInTime(askedMs);
    return undefined;
  }

  /** The row that is in place then. If it throws, that may be this one or not: its object must stay. */
  async #commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row> {
    signal.throwIfAborted();
    const askedMs = this.#clock.now();
    const kept = await this.#index.commit(row, wins, signal);
    this.#lookUp.checkInTime(askedMs);
    return kept;
  }

  #row(write: Write, upload: UploadId, content: Uint8Array | undefined): FullRow {
    return {
      key: write.key,
      upload,
      sizeBytes: write.sizeBytes,
      inline: content !== undefined,
      content,
      standsAlone: write.standsAlone,
      references: write.references,
      // What relies on others has no lease before they have been looked up.
      leaseEndsMs: write.standsAlone
        ? this.#lookUp.renewal().untilMs
        : (write.leaseEndsMs ?? this.#clock.now()),
    };
  }

  /** Deletes an object that no row will ever name. One that stays behind is an orphan, which a sweep collects. */
  async #drop(row: FullRow, signal: AbortSignal): Promise<void> {
    await this.#objects.delete([objectKeyOf(row)], signal).catch(() => undefined);
  }
}
