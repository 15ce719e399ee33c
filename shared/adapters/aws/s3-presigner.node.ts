import {
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Digest } from "../../digest/digest.ts";
import type { ObjectKey } from "../../stores/indexed/object-key.ts";
import type { Presigner } from "../../stores/indexed/object-store.ts";
import type { PresignedRequest } from "../../stores/transfer-store.ts";
import type { AwsResource } from "./aws-resource.node.ts";
import { checksumOf } from "./s3-checksum.node.ts";

/** Signed, because whoever downloads an object that says it is compressed gets other bytes. */
const AS_IT_IS = "identity";

/** Requests to an S3 bucket for others to make. They expire with the credentials that they were signed with, if that is sooner. */
export class S3Presigner implements Presigner {
  readonly #bucket: AwsResource<S3Client>;

  constructor(bucket: AwsResource<S3Client>) {
    this.#bucket = bucket;
  }

  async get(key: ObjectKey, expiresInMs: number): Promise<PresignedRequest> {
    const { client, name: Bucket } = this.#bucket;
    const command = new GetObjectCommand({ Bucket, Key: key });
    const url = await this.#bucket.attempt(
      "s3:GetObject",
      undefined,
      async () => await getSignedUrl(client, command, signing({}, expiresInMs)),
    );
    return { method: "GET", url, headers: {} };
  }

  async put(key: ObjectKey, digest: Digest, expiresInMs: number): Promise<PresignedRequest> {
    const { client, name: Bucket } = this.#bucket;
    const { sizeBytes: ContentLength } = digest;
    const ChecksumSHA256 = checksumOf(digest);
    const command = new PutObjectCommand({
      Bucket,
      Key: key,
      ContentLength,
      ChecksumSHA256,
      ContentEncoding: AS_IT_IS,
    });
    const headers = {
      "content-length": String(ContentLength),
      "content-encoding": AS_IT_IS,
      "x-amz-checksum-sha256": ChecksumSHA256,
    };
    const url = await this.#bucket.attempt(
      "s3:PutObject",
      undefined,
      async () => await getSignedUrl(client, command, signing(headers, expiresInMs)),
    );
    return { method: "PUT", url, headers };
  }

  async putPart(
    key: ObjectKey,
    part: { readonly uploadId: string; readonly number: number; readonly sizeBytes: number },
    expiresInMs: number,
  ): Promise<PresignedRequest> {
    const { client, name: Bucket } = this.#bucket;
    const { uploadId: UploadId, number: PartNumber, sizeBytes: ContentLength } = part;
    const command = new UploadPartCommand({
      Bucket,
      Key: key,
      UploadId,
      PartNumber,
      ContentLength,
    });
    const headers = { "content-length": String(ContentLength) };
    const url = await this.#bucket.attempt(
      "s3:PutObject",
      undefined,
      async () => await getSignedUrl(client, command, signing(headers, expiresInMs)),
    );
    return { method: "PUT", url, headers };
  }
}

/** Headers stay headers: the SDK would move some into the URL, where S3 does not hold a body to them. */
function signing(headers: Readonly<Record<string, string>>, expiresInMs: number) {
  return {
    expiresIn: Math.floor(expiresInMs / 1000),
    unhoistableHeaders: new Set(Object.keys(headers)),
  };
}
