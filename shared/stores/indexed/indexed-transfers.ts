import { mapConcurrently } from "../../concurrent.ts";
import { type Digest, formatDigest, isEmptyBlob } from "../../digest/digest.ts";
import type { Compressor } from "../../digest/resource-name.ts";
import { limits } from "../../limits.ts";
import { invalidArgument, RequestError } from "../../request-error.ts";
import { blobScopeOf, type Call } from "../call.ts";
import type {
  BegunUpload,
  DownloadPlan,
  ExpiringRequest,
  PresignedRequest,
  TransferStore,
  UploadPlan,
} from "../transfer-store.ts";
import type { FullRow } from "./blob-index.ts";
import { blobWrite, CommittedUploads } from "./committed-uploads.ts";
import { ConfirmedLookUp } from "./confirmed-look-up.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { type ObjectKey, objectKeyOf } from "./object-key.ts";
import type { MultipartUploads, ObjectStore, Presigner } from "./object-store.ts";
import { partBytesOf, partCountOf } from "./part-count.ts";
import { blobKey, type RowKey } from "./row-key.ts";
import { compressorOf } from "./upload-id.ts";
import { formatToken, parseToken } from "./upload-token.ts";
import { UploadedObjects } from "./uploaded-objects.ts";

/** What transfers need of an object store beside what every one can do. */
export interface TransferParts extends IndexedParts {
  readonly objects: ObjectStore & { readonly presigner: Presigner };
}

/** Blobs of an indexed store, straight to and from its bucket. */
export class IndexedTransfers implements TransferStore {
  readonly #parts: TransferParts;
  readonly #lookUp: ConfirmedLookUp;
  readonly #uploads: CommittedUploads;
  readonly #uploaded: UploadedObjects;

  constructor(parts: TransferParts) {
    this.#parts = parts;
    this.#lookUp = new ConfirmedLookUp(parts.index, parts.clock, parts.policy);
    this.#uploads = new CommittedUploads(parts, this.#lookUp);
    this.#uploaded = new UploadedObjects(parts.objects, parts.hashers);
  }

  async beginUploads(digests: readonly Digest[], call: Call): Promise<readonly UploadPlan[]> {
    for (const digest of digests) this.#checkSize(digest);
    const askedMs = this.#parts.clock.now();
    const rows = await this.#find(digests, { contents: false }, call);
    const plans = await mapConcurrently(
      digests,
      limits.storeConcurrency,
      async (digest): Promise<UploadPlan> => {
        const key = blobKey(digest, blobScopeOf(call));
        const isPresent = isEmptyBlob(digest) || rows.get(key)?.sizeBytes === digest.sizeBytes;
        if (isPresent) return { way: "present" };
        if (digest.sizeBytes <= this.#uploads.maxInlineBytes) return { way: "in-message" };
        return await this.#begin(digest, key, call.signal);
      },
    );
    // The leases of what is present have to serve from now, however long the bucket took for the others.
    this.#lookUp.checkInTime(askedMs);
    return plans;
  }

  async presignParts(
    { digest, token }: BegunUpload,
    first: number,
    count: number,
    call: Call,
  ): Promise<readonly ExpiringRequest[]> {
    call.signal.throwIfAborted();
    const { upload, multipartId } = parseToken(token);
    this.#uploads.checkWindow(upload);
    const partCount = partCountOf(digest);
    if (multipartId === undefined) {
      throw invalidArgument("upload_token", "is of an upload in one request, which has no parts");
    }
    if (first < 1 || count < 0 || first + count - 1 > partCount) {
      throw invalidArgument("first_part", `${first} and ${count} are not among 1 to ${partCount}`);
    }
    const objectKey = objectKeyOf({ key: blobKey(digest, blobScopeOf(call)), upload });
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    return await mapConcurrently(numbers, limits.storeConcurrency, async (number) => {
      const part = { uploadId: multipartId, number, sizeBytes: partBytesOf(digest, number) };
      return await this.#expiring((expiresInMs) =>
        this.#parts.objects.presigner.putPart(objectKey, part, expiresInMs),
      );
    });
  }

  async commitUpload(
    { digest, token }: BegunUpload,
    partEtags: readonly string[],
    call: Call,
  ): Promise<void> {
    const { upload, multipartId } = parseToken(token);
    const askedMs = this.#parts.clock.now();
    // A commit may be repeated: the object of one that lost to another upload is gone.
    const rows = await this.#find([digest], { contents: false }, call);
    const write = blobWrite(digest, blobScopeOf(call));
    const objectKey = objectKeyOf({ key: write.key, upload });
    if (rows.get(write.key)?.sizeBytes === digest.sizeBytes) {
      await this.#giveUpParts(objectKey, multipartId);
      this.#lookUp.checkInTime(askedMs);
      return;
    }
    this.#uploads.checkWindow(upload);
    const parts = { multipartId, etags: partEtags };
    await this.#uploaded.finish(objectKey, digest, parts, call.signal);
    await this.#uploads.commitObject(write, upload, call.signal);
  }

  async abortUpload({ digest, token }: BegunUpload, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const { upload, multipartId } = parseToken(token);
    // An object stays, for a commit may be under way: one that no row will name is an orphan, which a sweep collects.
    if (multipartId === undefined) return;
    const key = blobKey(digest, blobScopeOf(call));
    await this.#multipart?.abort(objectKeyOf({ key, upload }), multipartId);
  }

  async beginDownloads(
    digests: readonly Digest[],
    accepted: readonly Compressor[],
    call: Call,
  ): Promise<readonly DownloadPlan[]> {
    const askedMs = this.#parts.clock.now();
    // Nobody can look again once the request is out of our hands.
    const rows = await this.#find(digests, { contents: true, consistent: true }, call);
    const plans = await mapConcurrently(
      digests,
      limits.storeConcurrency,
      async (digest): Promise<DownloadPlan> => {
        if (isEmptyBlob(digest)) return { way: "data", data: new Uint8Array() };
        const row = rows.get(blobKey(digest, blobScopeOf(call)));
        if (row?.sizeBytes !== digest.sizeBytes) return { way: "absent" };
        if (row.content !== undefined) return { way: "data", data: row.content };
        const compressor = compressorOf(row.upload);
        if (compressor !== "identity" && !accepted.includes(compressor)) {
          return { way: "compressed" };
        }
        const request = await this.#expiring((expiresInMs) =>
          this.#parts.objects.presigner.get(objectKeyOf(row), expiresInMs),
        );
        return { way: "request", request, compressor };
      },
    );
    // As above: signing may have waited for credentials.
    this.#lookUp.checkInTime(askedMs);
    return plans;
  }

  #checkSize(digest: Digest): void {
    this.#uploads.checkSize(digest);
    if (digest.sizeBytes <= limits.blobBytes) return;
    throw invalidArgument(
      "digest.size_bytes",
      `${formatDigest(digest)} is larger than ${limits.blobBytes} bytes, the largest blob that is taken`,
    );
  }

  /** Parts of an upload that another one has overtaken, or none: what is left all the same is the bucket's to expire. */
  async #giveUpParts(objectKey: ObjectKey, multipartId: string | undefined): Promise<void> {
    if (multipartId === undefined) return;
    await this.#multipart?.abort(objectKey, multipartId).catch(() => undefined);
  }

  get #multipart(): MultipartUploads | undefined {
    return this.#parts.objects.multipart;
  }

  async #find(
    digests: readonly Digest[],
    how: { contents: boolean; consistent?: boolean },
    call: Call,
  ): Promise<ReadonlyMap<RowKey, FullRow>> {
    const keys = new Set(digests.map((digest) => blobKey(digest, blobScopeOf(call))));
    return await this.#lookUp.find([...keys], how, call.signal);
  }

  async #begin(digest: Digest, key: RowKey, signal: AbortSignal): Promise<UploadPlan> {
    const { objects } = this.#parts;
    const upload = this.#uploads.newUpload();
    const objectKey = objectKeyOf({ key, upload });
    const { sizeBytes } = digest;
    const mostBytes = Math.min(limits.presignedPutBytes, objects.maxPutBytes);
    if (objects.verifies(digest) && sizeBytes <= mostBytes) {
      const request = await this.#expiring((expiresInMs) =>
        objects.presigner.put(objectKey, digest, expiresInMs),
      );
      return { way: "request", token: formatToken({ upload, multipartId: undefined }), request };
    }
    if (this.#multipart === undefined) {
      throw new RequestError(
        "unimplemented",
        `the bucket takes ${formatDigest(digest)} neither in one checked request nor in parts; use ByteStream`,
      );
    }
    const multipartId = await this.#multipart.create(objectKey, signal);
    const token = formatToken({ upload, multipartId });
    return { way: "parts", token, partBytes: limits.partBytes, partCount: partCountOf(digest) };
  }

  async #expiring(
    presign: (expiresInMs: number) => Promise<PresignedRequest>,
  ): Promise<ExpiringRequest> {
    const expiresMs = this.#parts.clock.now() + limits.presignedMs;
    return { ...(await presign(limits.presignedMs)), expiresMs };
  }
}
