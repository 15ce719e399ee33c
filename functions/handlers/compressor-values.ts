import type { BlobCodec, BlobCodecs } from "../../shared/compression/blob-codec.ts";
import type { Compressor } from "../../shared/digest/resource-name.ts";
import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";

/** The compressors, as messages name them. */
export const compressorValues: Readonly<Record<Compressor, Compressor_Value>> = {
  identity: Compressor_Value.IDENTITY,
  zstd: Compressor_Value.ZSTD,
  deflate: Compressor_Value.DEFLATE,
  brotli: Compressor_Value.BROTLI,
};

/** The codec that a message names; `undefined` for identity. Throws INVALID_ARGUMENT for one that is not here, with its `field`. */
export function codecOf(
  value: Compressor_Value,
  codecs: BlobCodecs,
  field: string,
): BlobCodec | undefined {
  if (value === Compressor_Value.IDENTITY) return undefined;
  const codec = anyCodecOf([value], codecs);
  if (codec !== undefined) return codec;
  const known = codecs.compressors.map((name) => compressorValues[name]).join(", ");
  throw invalidArgument(field, `${value} is not supported here; these are: ${known}`);
}

/** A codec that is among those that a client accepts. */
export function anyCodecOf(
  values: readonly Compressor_Value[],
  { list }: BlobCodecs,
): BlobCodec | undefined {
  return list.find(({ compressor }) => values.includes(compressorValues[compressor]));
}
