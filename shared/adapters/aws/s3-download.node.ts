import { Readable } from "node:stream";
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { abortable } from "../../bytes/abortable.ts";
import type { BlobSource } from "../../stores/blob-store.ts";
import type { AwsResource } from "./aws-resource.node.ts";
import type { RequestedRange } from "./s3-range.ts";

/** An object on its way here. */
export class S3Download implements BlobSource {
  readonly sizeBytes: number;
  readonly #body: Readable;
  readonly #skip: number;
  readonly #bucket: AwsResource<S3Client>;
  readonly #signal: AbortSignal;

  constructor(
    { Body: body, ContentRange: range, ContentLength: length }: GetObjectCommandOutput,
    { header, skip }: RequestedRange,
    bucket: AwsResource<S3Client>,
    signal: AbortSignal,
  ) {
    if (!(body instanceof Readable)) throw new TypeError("this needs the S3 client for Node");
    this.#body = body;
    this.#skip = skip;
    this.#bucket = bucket;
    this.#signal = signal;
    // `bytes 0-9/100`
    const whole = header === undefined ? length : range?.slice(range.lastIndexOf("/") + 1);
    this.sizeBytes = Number(whole);
    if (Number.isSafeInteger(this.sizeBytes)) return;
    body.destroy();
    throw new TypeError(`${bucket.name} does not say how large an object is: ${whole}`);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let skip = this.#skip;
    try {
      for await (const chunk of abortable(this.#body, this.#signal)) {
        const wanted = chunk.subarray(skip);
        skip -= chunk.byteLength - wanted.byteLength;
        if (wanted.byteLength > 0) yield wanted;
      }
    } catch (error) {
      this.#signal.throwIfAborted();
      throw this.#bucket.trouble("s3:GetObject", error);
    } finally {
      this.#body.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#body.destroy();
  }
}
