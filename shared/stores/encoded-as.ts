import type { BlobCodec } from "../compression/blob-codec.ts";
import type { BlobSource } from "./blob-store.ts";

/** The `sizeBytes` that a source gives, encoded: as they are kept, where they are kept so, and otherwise anew. */
export function encodedAs(
  codec: BlobCodec,
  source: BlobSource,
  sizeBytes: number = source.sizeBytes,
): AsyncIterable<Uint8Array> {
  const { encoded } = source;
  return encoded?.compressor === codec.compressor ? encoded : codec.encode(source, sizeBytes);
}
