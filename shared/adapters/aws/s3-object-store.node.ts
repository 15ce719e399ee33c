import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { collect, iterate } from "../../bytes/collect.ts";
import { counted, mismatch } from "../../bytes/verified.ts";
import { type Digest, formatDigest } from "../../digest/digest.ts";
import type { BlobSource, ByteRange } from "../../stores/blob-store.ts";
import type { ObjectKey } from "../../stores/indexed/object-key.ts";
import type { InspectedObject, ObjectStore } from "../../stores/indexed/object-store.ts";
import { sourceOf } from "../../stores/source-of.ts";
import { StoreError } from "../../stores/store-error.ts";
import { AwsResource } from "./aws-resource.node.ts";
import { checksumOf, signContentHash } from "./s3-checksum.node.ts";
import { S3Download } from "./s3-download.node.ts";
import { S3MultipartUploads } from "./s3-multipart-uploads.node.ts";
import { S3Presigner } from "./s3-presigner.node.ts";
import { requestedRange } from "./s3-range.ts";
import { StreamedBody } from "./streamed-body.node.ts";

export interface S3ObjectStoreOptions {
  /** As `createS3Client` makes it. */
  readonly client: S3Client;
  readonly bucket: string;
  /** Whether the bucket checks `x-amz-checksum-sha256`, as S3 does. Others with its API may not: then what is sent is hashed here. */
  readonly checksSha256?: boolean;
  readonly maxPutBytes?: number;
  /** Uploads up to this size are held in memory, so that a request that failed can be repeated; larger ones are streamed. */
  readonly repeatableBytes?: number;
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** What DeleteObjects takes. */
const KEYS_PER_DELETION = 1000;

/** How long S3 may take to begin its answer to a request without a body. */
const RESPONSE_MS = 30_000;

/** Objects in an S3 bucket. */
export class S3ObjectStore implements ObjectStore {
  readonly maxPutBytes: number;
  readonly multipart: S3MultipartUploads;
  readonly presigner: S3Presigner;
  readonly #bucket: AwsResource<S3Client>;
  readonly #checksSha256: boolean;
  readonly #repeatableBytes: number;

  constructor(options: S3ObjectStoreOptions) {
    this.maxPutBytes = options.maxPutBytes ?? 5 * GIB;
    this.#checksSha256 = options.checksSha256 ?? true;
    this.#repeatableBytes = options.repeatableBytes ?? MIB;
    this.#bucket = new AwsResource("bucket", options.bucket, options.client);
    this.multipart = new S3MultipartUploads(this.#bucket);
    this.presigner = new S3Presigner(this.#bucket);
  }

  verifies(digest: Digest): boolean {
    return this.#checksSha256 && digest.function === "sha256";
  }

  async put(
    key: ObjectKey,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { sizeBytes } = digest;
    if (sizeBytes > this.maxPutBytes) {
      throw new StoreError(
        "too-large",
        `${formatDigest(digest)} is above the ${this.maxPutBytes} bytes of one put; upload it in parts`,
      );
    }
    if (sizeBytes <= this.#repeatableBytes) {
      const bytes = await collect(counted(digest, body, signal), sizeBytes);
      await this.#send(key, digest, bytes, signal);
      return;
    }
    using stream = new StreamedBody((stop) => counted(digest, body, stop), signal);
    await this.#send(key, digest, stream.content, stream.stop);
  }

  async get(
    key: ObjectKey,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    const { client, name: Bucket } = this.#bucket;
    const requested = requestedRange(range);
    const command = new GetObjectCommand({ Bucket, Key: key, Range: requested.header });
    return await this.#bucket.attempt("s3:GetObject", signal, async () => {
      try {
        const response = await client.send(command, within(signal));
        const source = new S3Download(response, requested, this.#bucket, signal);
        return range.length === 0 ? await nothingOf(source) : source;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        if (!isNamed(error, "InvalidRange")) throw error;
        if (range.offset === 0) return empty(0);
        throw new RangeError(`offset ${range.offset} is behind the end of ${key}`);
      }
    });
  }

  async inspect(
    key: ObjectKey,
    digest: Digest,
    signal: AbortSignal,
  ): Promise<InspectedObject | undefined> {
    const { client, name: Bucket } = this.#bucket;
    const command = new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" });
    return await this.#bucket.attempt("s3:GetObject", signal, async () => {
      try {
        const object = await client.send(command, within(signal));
        const isVerified = this.verifies(digest) && object.ChecksumSHA256 === checksumOf(digest);
        return { sizeBytes: object.ContentLength ?? 0, isVerified };
      } catch (error) {
        if (!(error instanceof S3ServiceException)) throw error;
        // The answer to HEAD has no body to say what is wrong, or what it is that is not there: the answer to GET has.
        const found = await this.get(key, { offset: 0, length: 0 }, signal);
        if (found === undefined || error instanceof NotFound) return undefined;
        throw error;
      }
    });
  }

  async delete(keys: readonly ObjectKey[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { client, name: Bucket } = this.#bucket;
    for (let from = 0; from < keys.length; from += KEYS_PER_DELETION) {
      const Objects = keys.slice(from, from + KEYS_PER_DELETION).map((Key) => ({ Key }));
      const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
      await this.#bucket.attempt("s3:DeleteObject", signal, async () => {
        const { Errors: [first] = [], $metadata } = await client.send(command, within(signal));
        if (first === undefined) return;
        const { Code: name = "unknown", Message: message = "" } = first;
        throw new S3ServiceException({ name, message, $fault: "client", $metadata });
      });
    }
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<readonly string[], void> {
    const { client, name: Bucket } = this.#bucket;
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken });
      const page = await this.#bucket.attempt(
        "s3:ListBucket",
        signal,
        async () => await client.send(command, within(signal)),
      );
      yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async #send(
    key: ObjectKey,
    digest: Digest,
    content: StreamedBody["content"] | Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, name: Bucket } = this.#bucket;
    const isVerified = this.verifies(digest);
    const command = new PutObjectCommand({
      Bucket,
      Key: key,
      Body: content,
      ContentLength: digest.sizeBytes,
      ChecksumSHA256: isVerified ? checksumOf(digest) : undefined,
    });
    if (isVerified) signContentHash(command, digest);
    await this.#bucket.attempt("s3:PutObject", signal, async () => {
      try {
        await client.send(command, { abortSignal: signal });
      } catch (error) {
        const isRefused =
          isNamed(error, "BadDigest") || isNamed(error, "XAmzContentSHA256Mismatch");
        throw isRefused ? mismatch(digest, "has other bytes, as S3 found") : error;
      }
    });
  }
}

function within(signal: AbortSignal): { abortSignal: AbortSignal; requestTimeout: number } {
  return { abortSignal: signal, requestTimeout: RESPONSE_MS };
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof S3ServiceException && error.name === name;
}

function empty(sizeBytes: number): BlobSource {
  return sourceOf(sizeBytes, () => iterate([]));
}

async function nothingOf(source: BlobSource): Promise<BlobSource> {
  await source[Symbol.asyncDispose]();
  return empty(source.sizeBytes);
}
