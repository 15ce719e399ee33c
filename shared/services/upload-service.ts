import { giveBack } from "../bytes/memory-pool.ts";
import { verified } from "../bytes/verified.ts";
import { skim } from "../bytes/collect.ts";
import { type Digest, digestKey } from "../digest/digest.ts";
import type { Hashers } from "../digest/hasher.ts";
import type { Compressor } from "../digest/resource-name.ts";
import { invalidArgument } from "../request-error.ts";
import type { BlobStore, BlobTrouble, WholeBlob } from "../stores/blob-store.ts";
import { blobScopeOf, type Call, type Principal } from "../stores/call.ts";
import { blobCallsAbove } from "../stores/inherited-calls.ts";
import { StoreError } from "../stores/store-error.ts";
import { RivalUploads, type UploadOutcome } from "./rival-uploads.ts";
import { type UploadAllowance, unlimitedUploads } from "./upload-allowance.ts";
import { checkBelow, loweredFor, storeCeiling, type UploadCeiling } from "./upload-ceiling.ts";
import type { SessionPut } from "./upload-session.ts";
import type { UploadSessions } from "./upload-sessions.ts";

/** What names an upload that a client may make by several streams. */
export interface StreamedUpload {
  readonly digest: Digest;
  /** How the streams are encoded. */
  readonly compressor: Compressor;
  readonly uuid: string;
}

export interface UploadServiceOptions {
  readonly store: BlobStore;
  readonly hashers: Hashers;
  readonly ceiling?: UploadCeiling | undefined;
  /** Where a stream that broke off is kept; left out where requests share nothing, so that each begins at 0. */
  readonly sessions?: UploadSessions | undefined;
  /** Nobody's uploads are counted if it is left out. */
  readonly allowance?: UploadAllowance | undefined;
}

/** Uploads, by the REAPI's rules: every byte is verified, and a blob that is present is not written again. */
export class UploadService {
  readonly #ceiling: UploadCeiling;
  readonly #allowance: UploadAllowance;
  readonly #store: BlobStore;
  readonly #hashers: Hashers;
  readonly #sessions: UploadSessions | undefined;
  readonly #rivals = new RivalUploads();

  constructor({ store, hashers, ceiling = storeCeiling, ...options }: UploadServiceOptions) {
    this.#store = store;
    this.#hashers = hashers;
    this.#sessions = options.sessions;
    this.#allowance = options.allowance ?? unlimitedUploads;
    this.#ceiling = { ...ceiling, maxBytes: Math.min(ceiling.maxBytes, store.maxBlobBytes) };
  }

  /** The largest blob that somebody can upload. */
  ceilingFor(principal: Principal): UploadCeiling {
    return loweredFor(principal, this.#ceiling);
  }

  /** Throws INVALID_ARGUMENT for a blob that is too large, before its first byte. */
  checkSize(digest: Digest, { principal, notes }: Call): void {
    notes?.about(digest);
    checkBelow(this.ceilingFor(principal), digest);
  }

  /** Counts bytes that the caller is about to upload, by whatever way. Throws `RetryLater`. */
  spend(bytes: number, { principal }: Call): void {
    this.#allowance.spendUpload(principal, bytes);
  }

  /** Whether the blob is there already, with its lease extended. Uploads of it that are under way then end. */
  async isPresent(digest: Digest, call: Call): Promise<boolean> {
    call.notes?.about(digest);
    const isPresent = (await this.#store.findMissing([digest], call)).length === 0;
    if (isPresent) {
      this.#endRivals(digest, call);
      call.notes?.looked("cas", "put", 1, 0);
    }
    return isPresent;
  }

  /**
   * Writes a blob that was not there a moment ago. Resolves "present" as soon as it comes to be there from elsewhere, without
   * reading the rest of `body`.
   */
  async write(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<UploadOutcome> {
    this.checkSize(digest, call);
    const outcome = await this.#rivals.run(blobKey(digest, call), call.signal, async (signal) => {
      await this.#put(digest, body, { ...call, signal });
    });
    if (outcome === "present") call.notes?.looked("cas", "put", 1, 0);
    return outcome;
  }

  /** Writes a blob that is at hand, and was not there a moment ago. */
  async writeWhole(blob: WholeBlob, call: Call): Promise<void> {
    const { digest } = blob;
    this.checkSize(digest, call);
    this.spend(digest.sizeBytes, call);
    const [trouble] = await this.#store.putBatch([blob], call);
    this.#ended(digest, trouble, call);
    if (trouble !== undefined) throw trouble.error;
  }

  /**
   * The same as `write` for one of the streams that bring a blob: `body` is what follows the first `offset` bytes. Where streams can be
   * resumed, one that throws pauses the upload, unless it throws INVALID_ARGUMENT. Throws that for an offset at which it does not go on.
   */
  async writeFrom(
    offset: bigint,
    upload: StreamedUpload,
    body: AsyncIterable<Uint8Array>,
    call: Call,
  ): Promise<UploadOutcome> {
    const { digest } = upload;
    if (this.#sessions === undefined) {
      if (offset === 0n) {
        this.spend(digest.sizeBytes, call);
        return await this.write(digest, body, call);
      }
      throw invalidArgument("write_offset", `${offset}, but uploads are not kept: start at 0`);
    }
    const name = nameOf(upload, call);
    // An earlier stream may just have ended well, without its client's knowing.
    const isOpen = this.#sessions.isOpenAt(name, offset);
    if (!isOpen && (await this.isPresent(digest, call))) return "present";
    this.spend(Math.max(0, digest.sizeBytes - Number(offset)), call);
    const part = { name, sizeBytes: digest.sizeBytes, offset, body };
    // Its deadline is this stream's alone.
    const { deadlineMs: _, ...lasting } = call;
    const put: SessionPut = async (bytes, signal) =>
      await this.write(digest, bytes, { ...lasting, signal });
    return await this.#sessions.take(part, put, call.signal);
  }

  /** Bytes of an upload that are kept of earlier streams: where the next one goes on. */
  keptBytes(upload: StreamedUpload, call: Call): number {
    return this.#sessions?.offsetOf(nameOf(upload, call)) ?? 0;
  }

  /** The same for protocols without an early answer: the body is read to its end and verified even if the blob is there. */
  async writeAll(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    this.checkSize(digest, call);
    if (!(await this.isPresent(digest, call))) {
      this.spend(digest.sizeBytes, call);
      await this.#put(digest, body, call);
      this.#endRivals(digest, call);
      return;
    }
    // Only the check at the end matters: the store holds these bytes.
    await skim(verified(digest, body, this.#hashers, call.signal));
  }

  /** Writes the blobs that are not there yet. Those that failed, and why. */
  async writeBatch<Upload extends WholeBlob>(
    uploads: readonly Upload[],
    call: Call,
  ): Promise<ReadonlyMap<Upload, unknown>> {
    const failures = new Map<Upload, unknown>();
    const digests = uploads.map(({ digest }) => digest);
    const [first] = digests;
    if (first) call.notes?.about(first);
    const missing = await this.#store.findMissing(digests, call);
    call.notes?.looked("cas", "put", digests.length - missing.length, 0);
    const wanted = among(uploads, missing);
    if (wanted.length < uploads.length) giveBackOthers(uploads, wanted);
    if (wanted.length === 0) return failures;
    const allowed = wanted.filter((upload) => {
      try {
        this.checkSize(upload.digest, call);
        this.spend(upload.digest.sizeBytes, call);
        return true;
      } catch (error) {
        failures.set(upload, error);
        return false;
      }
    });
    const outcomes = await this.#store.putBatch(allowed, call);
    for (const [index, upload] of allowed.entries()) {
      const trouble = outcomes[index];
      this.#ended(upload.digest, trouble, call);
      if (trouble !== undefined) failures.set(upload, trouble.error);
    }
    return failures;
  }

  /** What became of a blob that was at hand, for all that have to know. */
  #ended(digest: Digest, trouble: BlobTrouble | undefined, call: Call): void {
    if (trouble !== undefined) return this.#failed(trouble.error);
    call.notes?.looked("cas", "put", 0, 1);
    call.notes?.moved(digest.sizeBytes);
    this.#endRivals(digest, call);
  }

  /** Where there was no room, the client tries again, and then finds what paused uploads had. */
  #failed(error: unknown): void {
    if (error instanceof StoreError && error.code === "exhausted") this.#sessions?.dropPaused();
  }

  /** The blob is there: uploads of it that are under way need not go on. */
  #endRivals(digest: Digest, call: Call): void {
    if (this.#rivals.underWay > 0) this.#rivals.end(blobKey(digest, call));
  }

  async #put(digest: Digest, body: AsyncIterable<Uint8Array>, call: Call): Promise<void> {
    try {
      await this.#store.put(digest, body, call);
      call.notes?.looked("cas", "put", 0, 1);
      call.notes?.moved(digest.sizeBytes);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }
}

/** The uploads of what is missing. */
function among<Upload extends WholeBlob>(
  uploads: readonly Upload[],
  missing: readonly Digest[],
): readonly Upload[] {
  if (missing.length === uploads.length) return uploads;
  const keys = new Set(missing.map(digestKey));
  return uploads.filter(({ digest }) => keys.has(digestKey(digest)));
}

/** Nobody looks any more at the bytes of what is there already. */
function giveBackOthers(uploads: readonly WholeBlob[], wanted: readonly WholeBlob[]): void {
  const kept = new Set(wanted);
  for (const upload of uploads) if (!kept.has(upload)) giveBack(upload.data);
}

/** Of uploads that end each other: those whose callers find a blob in the same places. */
function blobKey(digest: Digest, call: Call): string {
  const reach = [call, ...blobCallsAbove(call)].map(blobScopeOf);
  return [...reach, digestKey(digest)].join("\n");
}

/** One client's ids say nothing to another, and may be used for several blobs. */
function nameOf({ digest, compressor, uuid }: StreamedUpload, call: Call): string {
  return [blobKey(digest, call), call.principal.subject, compressor, uuid].join("\n");
}
