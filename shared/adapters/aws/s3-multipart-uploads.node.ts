import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  NoSuchUpload,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { ObjectKey } from "../../stores/indexed/object-key.ts";
import type { MultipartUploads, UploadedPart } from "../../stores/indexed/object-store.ts";
import type { AwsResource } from "./aws-resource.node.ts";

/** Uploads in parts to an S3 bucket. What is left of those that nobody completes or aborts is for a lifecycle rule to delete. */
export class S3MultipartUploads implements MultipartUploads {
  readonly maxParts: number = 10_000;
  readonly #bucket: AwsResource<S3Client>;

  constructor(bucket: AwsResource<S3Client>) {
    this.#bucket = bucket;
  }

  async create(key: ObjectKey, signal: AbortSignal): Promise<string> {
    const { client, name: Bucket } = this.#bucket;
    const command = new CreateMultipartUploadCommand({ Bucket, Key: key });
    return await this.#bucket.attempt("s3:PutObject", signal, async () => {
      const { UploadId } = await client.send(command, { abortSignal: signal });
      return told(UploadId, "upload id");
    });
  }

  // oxlint-disable-next-line max-params -- the port's own.
  async putPart(
    key: ObjectKey,
    uploadId: string,
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    const { client, name: Bucket } = this.#bucket;
    const command = new UploadPartCommand({
      Bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      Body: bytes,
    });
    return await this.#bucket.attempt("s3:PutObject", signal, async () => {
      const { ETag } = await client.send(command, { abortSignal: signal });
      return { number, etag: told(ETag, "etag") };
    });
  }

  async complete(
    key: ObjectKey,
    uploadId: string,
    parts: readonly UploadedPart[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, name: Bucket } = this.#bucket;
    const Parts = parts
      .toSorted((one, other) => one.number - other.number)
      .map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    const command = new CompleteMultipartUploadCommand({
      Bucket,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts },
    });
    await this.#bucket.attempt("s3:PutObject", signal, async () => {
      await client.send(command, { abortSignal: signal });
    });
  }

  async abort(key: ObjectKey, uploadId: string): Promise<void> {
    const { client, name: Bucket } = this.#bucket;
    const command = new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId });
    await this.#bucket.attempt("s3:AbortMultipartUpload", undefined, async () => {
      try {
        await client.send(command);
      } catch (error) {
        if (!(error instanceof NoSuchUpload)) throw error;
      }
    });
  }
}

function told(value: string | undefined, what: string): string {
  if (value === undefined) throw new TypeError(`S3 answered without the ${what}`);
  return value;
}
