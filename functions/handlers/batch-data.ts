import { collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import { limits } from "../../shared/limits.ts";
import type { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { BatchBlob } from "../../shared/services/blob-service.ts";
import { compressorValues } from "./compressor-values.ts";

/** A blob as an entry of BatchReadBlobs carries it. */
export interface BatchData {
  readonly data: Uint8Array;
  readonly compressor: Compressor_Value;
}

/** Encodes a blob that is not encoded yet, where its client takes that and it is less. */
export async function batchData(
  { data, compressor }: BatchBlob,
  codec: BlobCodec | undefined,
): Promise<BatchData> {
  const asItIs = { data, compressor: compressorValues[compressor] };
  const sizeBytes = data.byteLength;
  const isDone = compressor !== "identity" || sizeBytes < limits.minEncodedBytes;
  if (codec === undefined || isDone) return asItIs;
  const encoded = await collectUpTo(codec.encode(iterate([data]), sizeBytes), sizeBytes - 1);
  if (encoded === undefined) return asItIs;
  return { data: encoded, compressor: compressorValues[codec.compressor] };
}
