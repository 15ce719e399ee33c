import { collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import { mismatch } from "../../shared/bytes/verified.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { mapConcurrently } from "../../shared/concurrent.ts";
import { limits } from "../../shared/limits.ts";
import type {
  BatchUpdateBlobsRequest,
  BatchUpdateBlobsRequest_Request,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { batchTooLarge } from "../../shared/services/blob-service.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import type { WholeBlob } from "../../shared/stores/blob-store.ts";
import type { Call } from "../../shared/stores/call.ts";
import { holdingKey } from "../interceptors/holding.ts";
import { codecOf } from "./compressor-values.ts";
import type { CallContext } from "./call-context.ts";

/** One blob of a batch, as it came. */
interface Entry extends WholeBlob {
  readonly index: number;
  readonly codec: BlobCodec | undefined;
}

/** Why each entry failed, by its index: each succeeds or fails alone; only a batch that is too large fails whole. */
export async function batchUpdate(
  request: BatchUpdateBlobsRequest,
  services: Services,
  call: Call,
  context: CallContext,
): Promise<readonly unknown[]> {
  checkBatch(request);
  const failures: unknown[] = [];
  const entries = parseEntries(request, services, failures);
  const decodedBytes = entries.reduce((sum, entry) => sum + decodedBytesOf(entry), 0);
  context.values.get(holdingKey)?.hold(decodedBytes);
  const uploads = await decodedUploads(entries, failures);
  const failed = await services.uploads.writeBatch(uploads, call);
  for (const [{ index }, error] of failed) failures[index] = error;
  return failures;
}

function checkBatch({ requests }: BatchUpdateBlobsRequest): void {
  if (requests.length > limits.batchEntries) {
    throw invalidArgument(
      "requests",
      `${requests.length} blobs are more than a batch may have, ${limits.batchEntries}`,
    );
  }
  const total = requests.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total > limits.batchBytes) throw batchTooLarge("requests", total);
}

/** The entries that can be tried; what is wrong with the others goes into `failures`. */
function parseEntries(
  { requests, digestFunction }: BatchUpdateBlobsRequest,
  services: Services,
  failures: unknown[],
): readonly Entry[] {
  const digests = new RequestDigests(services.functions, digestFunction);
  const entries: Entry[] = [];
  let decodedBytes = 0;
  requests.forEach((request, index) => {
    try {
      const entry = parseEntry(request, index, digests, services);
      checkDecoded(entry, decodedBytes + decodedBytesOf(entry));
      decodedBytes += decodedBytesOf(entry);
      entries.push(entry);
    } catch (error) {
      failures[index] = error;
    }
  });
  return entries;
}

function parseEntry(
  { digest: message, data, compressor }: BatchUpdateBlobsRequest_Request,
  index: number,
  digests: RequestDigests,
  { codecs }: Services,
): Entry {
  const field = `requests[${index}]`;
  const digest = digests.parse(message, `${field}.digest`);
  const codec = codecOf(compressor, codecs, `${field}.compressor`);
  return { index, digest, data, codec };
}

async function decodedUploads(
  entries: readonly Entry[],
  failures: unknown[],
): Promise<readonly Entry[]> {
  const encoded = entries.filter(({ codec }) => codec !== undefined);
  if (encoded.length === 0) return entries;
  const uploads = entries.filter(({ codec }) => codec === undefined);
  await mapConcurrently(encoded, limits.batchCodecs, async (entry) => {
    try {
      uploads.push({ ...entry, data: await decoded(entry) });
    } catch (error) {
      failures[entry.index] = error;
    }
  });
  return uploads;
}

/** What an entry takes in memory beside the message that it came in. */
function decodedBytesOf({ codec, digest }: Entry): number {
  return codec === undefined ? 0 : digest.sizeBytes;
}

/** A little data can hold many bytes, and all that a batch holds is in memory at once. */
function checkDecoded({ index, codec }: Entry, decodedBytes: number): void {
  if (codec === undefined || decodedBytes <= limits.decodedBatchBytes) return;
  throw invalidArgument(
    `requests[${index}].digest.size_bytes`,
    `the compressed blobs up to this one have ${decodedBytes} bytes, and a batch has room for ${limits.decodedBatchBytes}; use ByteStream`,
  );
}

async function decoded({ codec, digest, data }: Entry): Promise<Uint8Array> {
  if (codec === undefined) return data;
  const { sizeBytes } = digest;
  const bytes = await collectUpTo(codec.decode(iterate([data]), sizeBytes), sizeBytes);
  if (bytes === undefined) throw mismatch(digest, "has more bytes");
  return bytes;
}
