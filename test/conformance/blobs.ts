import { type DescMessage, type MessageInitShape, create, toBinary } from "@bufbuild/protobuf";
import { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { definedHash } from "../support/defined-hashes.ts";
import type { Clients } from "./check.ts";
import { rulesOf } from "./function-rules.ts";

export interface DigestInit {
  readonly hash: string;
  readonly sizeBytes: bigint;
}

/** Bytes and their digest. */
export interface Blob {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly digest: DigestInit;
  readonly digestFunction: DigestFunction_Value;
}

export const SHA256: DigestFunction_Value = DigestFunction_Value.SHA256;
export const BLAKE3: DigestFunction_Value = DigestFunction_Value.BLAKE3;

export function blobOf(data: Uint8Array<ArrayBuffer>, digestFunction = SHA256): Blob {
  const hash = definedHash(rulesOf(digestFunction).token, data);
  const digest = { hash, sizeBytes: BigInt(data.byteLength) };
  return { data, digest, digestFunction };
}

/** What `getRandomValues` fills in one call. */
const RANDOM_BYTES = 65_536;

/** A blob that no server holds yet. */
export function randomBlob(sizeBytes = 100, digestFunction = SHA256): Blob {
  const data = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += RANDOM_BYTES) {
    crypto.getRandomValues(data.subarray(at, at + RANDOM_BYTES));
  }
  return blobOf(data, digestFunction);
}

/** A blob that no server holds yet, and that is cheap to make in any size: zeros behind a random start. */
export function largeBlob(sizeBytes: number): Blob {
  const data = new Uint8Array(sizeBytes);
  crypto.getRandomValues(data.subarray(0, 32));
  return blobOf(data);
}

export function messageBlob<Desc extends DescMessage>(
  schema: Desc,
  init: MessageInitShape<Desc>,
  digestFunction = SHA256,
): Blob {
  return blobOf(toBinary(schema, create(schema, init)), digestFunction);
}

export const emptyBlob: Blob = blobOf(new Uint8Array());

/** The blob's digest with another size, which names nothing. */
export function resized({ digest }: Blob, by = 1n): DigestInit {
  return { hash: digest.hash, sizeBytes: digest.sizeBytes + by };
}

/** Stores blobs of one digest function, and makes sure of it. */
export async function upload(
  { cas }: Pick<Clients, "cas">,
  instanceName: string,
  ...blobs: readonly Blob[]
): Promise<void> {
  const digestFunction = blobs[0]?.digestFunction ?? SHA256;
  const requests = blobs.map(({ digest, data }) => ({ digest, data }));
  const { responses } = await cas.batchUpdateBlobs({ instanceName, digestFunction, requests });
  const failed = responses.find(({ status }) => status !== undefined && status.code !== 0);
  if (failed !== undefined || responses.length !== blobs.length) {
    throw new Error(`an upload failed: ${failed?.status?.message ?? "a response is missing"}`);
  }
}

/** Whether the server says that it holds the blob. */
export async function isPresent(
  { cas }: Pick<Clients, "cas">,
  instanceName: string,
  { digest, digestFunction }: Pick<Blob, "digest" | "digestFunction">,
): Promise<boolean> {
  const { missingBlobDigests } = await cas.findMissingBlobs({
    instanceName,
    digestFunction,
    blobDigests: [digest],
  });
  return missingBlobDigests.length === 0;
}

/** Digests as plain values, for comparison with what was sent. */
export function plain(digests: readonly DigestInit[]): DigestInit[] {
  return digests.map(({ hash, sizeBytes }) => ({ hash, sizeBytes }));
}
