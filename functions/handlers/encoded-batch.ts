import { collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { mapConcurrently } from "../../shared/concurrent.ts";
import { limits } from "../../shared/limits.ts";
import type { BatchReadResult } from "../../shared/services/blob-service.ts";
import type { BatchBlob } from "../../shared/stores/blob-store.ts";

/** Encodes the blobs of a batch that are not encoded yet, each where it is less. */
export async function encodedBatch(
  results: readonly BatchReadResult[],
  codec: BlobCodec,
): Promise<readonly BatchReadResult[]> {
  return await mapConcurrently(results, limits.batchCodecs, async (result) =>
    "error" in result ? result : { ...result, ...(await encodedBlob(result, codec)) },
  );
}

async function encodedBlob({ data, compressor }: BatchBlob, codec: BlobCodec): Promise<BatchBlob> {
  const sizeBytes = data.byteLength;
  if (compressor !== "identity" || sizeBytes < limits.minEncodedBytes) return { data, compressor };
  const encoded = await collectUpTo(codec.encode(iterate([data]), sizeBytes), sizeBytes - 1);
  return encoded === undefined
    ? { data, compressor }
    : { data: encoded, compressor: codec.compressor };
}
