import type { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type {
  BeginDownloadsResponse_Download,
  BeginUploadsResponse_Upload,
  PresignedRequest,
} from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import type { Blob, DigestInit } from "../conformance/blobs.ts";
import type { TransfersServer } from "./transfers-server.node.ts";

/** The name of a blob, of which there may be none, and the instance that it is for. */
export interface NamedTarget {
  readonly server: TransfersServer;
  readonly blob: Pick<Blob, "digest" | "digestFunction">;
  readonly instanceName?: string;
}

/** The same, with its bytes. */
export interface Target extends NamedTarget {
  readonly blob: Blob;
}

/** How one blob is to be uploaded. */
export async function begin({
  server,
  blob,
  instanceName = "",
}: NamedTarget): Promise<BeginUploadsResponse_Upload> {
  const { digest, digestFunction } = blob;
  const request = { instanceName, digests: [digest], digestFunction };
  const { uploads } = await server.transfers.beginUploads(request);
  return only(uploads);
}

/** How one blob can be read, by a client that can decode these. */
export async function download(
  { server, blob, instanceName = "" }: NamedTarget,
  acceptableCompressors: Compressor_Value[] = [],
): Promise<BeginDownloadsResponse_Download> {
  const { digest, digestFunction } = blob;
  const request = { instanceName, digests: [digest], digestFunction, acceptableCompressors };
  const { downloads } = await server.transfers.beginDownloads(request);
  return only(downloads);
}

/** Whether a client can read the blob. Throws where it reads other bytes. */
export async function isVisible(target: Target): Promise<boolean> {
  const bytes = await downloaded(await download(target));
  if (bytes === undefined) return false;
  if (Buffer.compare(bytes, target.blob.data) === 0) return true;
  throw new Error(`${target.blob.digest.hash} is there with other bytes`);
}

async function downloaded({
  way,
}: BeginDownloadsResponse_Download): Promise<Uint8Array | undefined> {
  switch (way.case) {
    case "absent":
      return undefined;
    case "data":
      return way.value;
    case "request":
      return (await send(way.value)).bytes;
    case "spliced":
    case "compressed":
    case undefined:
      throw new Error(`the way to download is ${way.case}`);
  }
}

/** The request of an upload that has one. */
export function requestOf({ way }: BeginUploadsResponse_Upload): PresignedRequest {
  if (way.case !== "request") throw new Error(`the way to upload is ${way.case}`);
  return way.value;
}

/** Requests for parts of an upload that has begun, all of them unless told otherwise. */
export async function presign(
  { server, blob, instanceName = "" }: Target,
  uploadToken: string,
  [firstPart, partCount]: readonly [number, number],
): Promise<readonly PresignedRequest[]> {
  const { digest, digestFunction } = blob;
  const request = { instanceName, digest, digestFunction, uploadToken, firstPart, partCount };
  return (await server.transfers.presignParts(request)).requests;
}

/** The bytes of each part. */
export function partsOf(
  { data }: Pick<Blob, "data">,
  { way }: BeginUploadsResponse_Upload,
): Uint8Array<ArrayBuffer>[] {
  if (way.case !== "parts") throw new Error(`the way to upload is ${way.case}`);
  const partBytes = Number(way.value.partBytes);
  return Array.from({ length: way.value.partCount }, (_, index) =>
    data.subarray(index * partBytes, (index + 1) * partBytes),
  );
}

/** Sends parts, in this order; their ETags by their numbers, from 1. */
export async function sendParts(
  target: Target,
  begun: BeginUploadsResponse_Upload,
  numbers: readonly number[],
): Promise<string[]> {
  const parts = partsOf(target.blob, begun);
  const requests = await presign(target, begun.uploadToken, [1, parts.length]);
  const etags: string[] = [];
  for (const number of numbers) {
    const { ok, etag } = await send(requests[number - 1], parts[number - 1]);
    if (!ok) throw new Error(`part ${number} is refused`);
    etags[number - 1] = etag;
  }
  return etags;
}

export async function commit(
  { server, blob, instanceName = "" }: Target,
  uploadToken: string,
  partEtags: readonly string[] = [],
): Promise<void> {
  const { digest, digestFunction } = blob;
  const request = { instanceName, digest, digestFunction, uploadToken, partEtags: [...partEtags] };
  await server.transfers.commitUpload(request);
}

export async function abort(
  { server, blob, instanceName = "" }: Target,
  uploadToken: string,
): Promise<void> {
  const { digest, digestFunction } = blob;
  await server.transfers.abortUpload({ instanceName, digest, digestFunction, uploadToken });
}

/** Does all that a client does to upload a blob that is not there. */
export async function upload(target: Target): Promise<void> {
  const begun = await begin(target);
  const { uploadToken } = begun;
  if (begun.way.case === "request") {
    await send(begun.way.value, target.blob.data);
    await commit(target, uploadToken);
    return;
  }
  const numbers = partsOf(target.blob, begun).map((_, index) => index + 1);
  await commit(target, uploadToken, await sendParts(target, begun, numbers));
}

export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly etag: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Makes a presigned request as its holder would, or with headers of its own. */
export async function send(
  request: Pick<PresignedRequest, "method" | "url" | "headers"> | undefined,
  body?: Uint8Array<ArrayBuffer>,
  changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  if (request === undefined) throw new Error("there is no request to make");
  // Nobody can set this one: it is what the body has.
  const { "content-length": _, ...headers } = { ...request.headers, ...changes };
  const init = { method: request.method, headers, ...(body && { body }) };
  const response = await fetch(request.url, init);
  return {
    ok: response.ok,
    status: response.status,
    etag: response.headers.get("etag") ?? "",
    headers: response.headers,
    bytes: await response.bytes(),
  };
}

/** The digest of no blob that any test has. */
export function madeUpDigest(sizeBytes: number): DigestInit {
  return { hash: "5eed".repeat(16), sizeBytes: BigInt(sizeBytes) };
}

function only<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined || list.length !== 1) throw new Error(`${list.length} answers, not one`);
  return one;
}
