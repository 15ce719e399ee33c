import {
  ChunkingFunction_Value,
  type SplitBlobResponse,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { concat } from "../support/bytes.ts";
import { type Blob, blobOf, type DigestInit, randomBlob, SHA256, upload } from "./blobs.ts";
import type { Fixture } from "./check.ts";
import { offerOf } from "./offer.ts";
import { outcome } from "./outcome.ts";
import { read, readName } from "./streams.ts";

export const { FAST_CDC_2020, REP_MAX_CDC, UNKNOWN } = ChunkingFunction_Value;

const MIB = 1024 * 1024;

/** Above what is cut by the recommended parameters, and below what one batch takes. */
export const LARGE = 3 * MIB;

/** Skips the check on a server that has no SplitBlob. */
export async function needsSplit(f: Fixture): Promise<void> {
  const { splitBlobSupport } = await offerOf(f);
  if (!splitBlobSupport) f.skip("the server does not offer SplitBlob");
}

/** Skips the check on a server that has no SpliceBlob. */
export async function needsSplice(f: Fixture): Promise<void> {
  const { spliceBlobSupport } = await offerOf(f);
  if (!spliceBlobSupport) f.skip("the server does not offer SpliceBlob");
}

export async function split(
  { cas, instanceName }: Fixture,
  { digest, digestFunction }: Pick<Blob, "digest" | "digestFunction">,
  chunkingFunction: ChunkingFunction_Value = FAST_CDC_2020,
): Promise<SplitBlobResponse> {
  return await cas.splitBlob({
    instanceName,
    blobDigest: digest,
    digestFunction,
    chunkingFunction,
  });
}

/** Uploads a blob whole, and splits it. Skips the check where the server cuts nothing by itself. */
export async function splitWhole(f: Fixture, blob: Blob): Promise<SplitBlobResponse> {
  await needsSplit(f);
  await upload(f, f.instanceName, blob);
  const call = split(f, blob);
  if ((await outcome(call)) === "NotFound") f.skip("the server does not cut blobs by itself");
  return await call;
}

/** A blob that no server holds yet, in chunks of the given sizes. */
export function inChunks(
  sizes: readonly number[],
  digestFunction = SHA256,
): { readonly blob: Blob; readonly chunks: readonly Blob[] } {
  const chunks = sizes.map((size) => randomBlob(size, digestFunction));
  return { blob: blobOf(concat(chunks.map(({ data }) => data)), digestFunction), chunks };
}

export async function splice(
  { cas, instanceName }: Fixture,
  { digest, digestFunction }: Pick<Blob, "digest" | "digestFunction">,
  chunks: readonly Pick<Blob, "digest">[],
  chunkingFunction: ChunkingFunction_Value = UNKNOWN,
): Promise<DigestInit | undefined> {
  const { blobDigest } = await cas.spliceBlob({
    instanceName,
    blobDigest: digest,
    chunkDigests: chunks.map((chunk) => chunk.digest),
    digestFunction,
    chunkingFunction,
  });
  return blobDigest;
}

/** Uploads the chunks of a blob that no server holds yet, and splices it. */
export async function spliced(
  f: Fixture,
  sizes: readonly number[] = [MIB, MIB + 1, MIB - 1],
  digestFunction = SHA256,
): Promise<ReturnType<typeof inChunks>> {
  await needsSplice(f);
  const made = inChunks(sizes, digestFunction);
  await upload(f, f.instanceName, ...made.chunks);
  await splice(f, made.blob, made.chunks);
  return made;
}

/** The bytes of chunks, one after another. */
export async function readAll(
  f: Fixture,
  digests: readonly DigestInit[],
  digestFunction = SHA256,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for (const digest of digests) {
    parts.push(await read(f, readName(f.instanceName, { digest, digestFunction })));
  }
  return concat(parts);
}
