import type { Clock } from "../../clock.ts";
import type { Digest } from "../../digest/digest.ts";
import { StoreError } from "../store-error.ts";
import type { BlobIndex, FullRow } from "./blob-index.ts";
import type { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import type { LeasePolicy } from "./lease-policy.ts";
import { objectKeyOf } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import { ObjectWriter } from "./object-writer.ts";
import type { Reference, RowKey } from "./row-key.ts";
import { type FillRandom, newUploadId, startedMs } from "./upload-id.ts";

/** What is to be written, wherever its content goes. */
export interface Write {
  readonly key: RowKey;
  readonly sizeBytes: number;
  readonly standsAlone: boolean;
  /** What the row is to list of what it relies on. */
  readonly references: readonly Reference[];
  readonly wins: "first" | "last";
}

/** Uploads: the content first, then the row. Until the row is in place, nothing is visible. */
export class CommittedUploads {
  /** The largest content, in bytes. */
  readonly maxBytes: number;
  readonly #index: BlobIndex;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;
  readonly #policy: LeasePolicy;
  readonly #fillRandom: FillRandom;
  readonly #lookUp: ConfirmedLookUp;
  readonly #writer: ObjectWriter;

  constructor(parts: IndexedParts, lookUp: ConfirmedLookUp) {
    this.#index = parts.index;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
    this.#policy = parts.policy;
    this.#fillRandom = parts.fillRandom;
    this.#lookUp = lookUp;
    this.#writer = new ObjectWriter(parts.objects, parts.hashers);
    this.maxBytes = this.#writer.maxBytes;
  }

  /** Writes content that is known to be right into its row. */
  async inRow(write: Write, content: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#commit(this.#row(write, content), write.wins, signal);
  }

  /** Writes content into an object of its own; bytes that are not the digest's are INVALID_ARGUMENT. */
  async inObject(
    write: Write,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    const begun = this.#row(write, undefined);
    await this.#writer.write(objectKeyOf(begun), digest, body, signal);
    if (this.#clock.now() - startedMs(begun.upload) > this.#policy.uploadWindowMs) {
      await this.#drop(begun, signal);
      throw new StoreError(
        "unavailable",
        `an upload may take ${this.#policy.uploadWindowMs / 60_000} minutes, and this one took longer; send it again`,
      );
    }
    const row = { ...begun, leaseEndsMs: this.#leaseEnd(write) };
    const kept = await this.#commit(row, write.wins, signal);
    if (kept !== begun.upload) await this.#drop(begun, signal);
  }

  /** The upload whose row is in place then. If it throws, that may be this one's or not: its object must stay. */
  async #commit(
    row: FullRow,
    wins: "first" | "last",
    signal: AbortSignal,
  ): Promise<FullRow["upload"]> {
    signal.throwIfAborted();
    const askedMs = this.#clock.now();
    const { upload } = await this.#index.commit(row, wins, signal);
    this.#lookUp.checkInTime(askedMs);
    return upload;
  }

  #row(write: Write, content: Uint8Array | undefined): FullRow {
    return {
      key: write.key,
      upload: newUploadId(this.#clock, this.#fillRandom),
      sizeBytes: write.sizeBytes,
      inline: content !== undefined,
      content,
      standsAlone: write.standsAlone,
      references: write.references,
      leaseEndsMs: this.#leaseEnd(write),
    };
  }

  /** What relies on others has no lease before they have been looked up. */
  #leaseEnd({ standsAlone }: Write): number {
    return standsAlone ? this.#lookUp.renewal().untilMs : this.#clock.now();
  }

  /** Deletes an object that no row will ever name. One that stays behind is an orphan, which a sweep collects. */
  async #drop(row: FullRow, signal: AbortSignal): Promise<void> {
    await this.#objects.delete([objectKeyOf(row)], signal).catch(() => undefined);
  }
}
