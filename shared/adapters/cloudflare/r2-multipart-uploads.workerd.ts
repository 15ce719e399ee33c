import type { ObjectKey } from "../../stores/indexed/object-key.ts";
import type { MultipartUploads, UploadedPart } from "../../stores/indexed/object-store.ts";
import { isNoSuchUpload, objectError } from "./r2-errors.ts";
import { asked, askedAgain } from "./r2-requests.workerd.ts";

const MAX_PARTS = 10_000;

/** Uploads to R2 in parts. R2 forgets those that are never completed, after seven days. */
export class R2MultipartUploads implements MultipartUploads {
  readonly maxParts: number = MAX_PARTS;
  readonly #bucket: R2Bucket;

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket;
  }

  async create(key: ObjectKey, signal: AbortSignal): Promise<string> {
    const { uploadId } = await asked(() => this.#bucket.createMultipartUpload(key), signal);
    return uploadId;
  }

  // oxlint-disable-next-line max-params -- the port's own.
  async putPart(
    key: ObjectKey,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    const upload = this.#bucket.resumeMultipartUpload(key, uploadId);
    const { etag } = await askedAgain(() => upload.uploadPart(number, bytes), signal);
    return { number, etag };
  }

  async complete(
    key: ObjectKey,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<void> {
    const upload = this.#bucket.resumeMultipartUpload(key, uploadId);
    const uploaded = parts
      .map(({ number, etag }) => ({ partNumber: number, etag }))
      .toSorted((one, other) => one.partNumber - other.partNumber);
    await asked(() => upload.complete(uploaded), signal);
  }

  async abort(key: ObjectKey, uploadId: string): Promise<void> {
    try {
      await this.#bucket.resumeMultipartUpload(key, uploadId).abort();
    } catch (error) {
      if (!isNoSuchUpload(error)) throw objectError(error);
    }
  }
}
