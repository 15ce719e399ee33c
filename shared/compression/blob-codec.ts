import type { Compressor } from "../digest/resource-name.ts";

/** One of the REAPI's compressors, for the bytes of blobs on their way in and out; the digest always names the plain bytes. */
export interface BlobCodec {
  readonly compressor: Exclude<Compressor, "identity">;

  /** How many plain bytes an encoded stream says that it has, by its first bytes; `undefined` where they do not tell. */
  contentBytes(head: Uint8Array): number | undefined;

  /** The bytes, encoded: a complete stream, even of no bytes. `sizeBytes` are exactly as many as `bytes` has. */
  encode(bytes: AsyncIterable<Uint8Array>, sizeBytes: number): AsyncGenerator<Uint8Array>;

  /**
   * The plain bytes of a whole encoded stream, at most `maxBytes + 1` of them: who counts them finds out that they are too many.
   * Throws INVALID_ARGUMENT for what is not encoded so, is cut off, has other bytes behind it or asks for too much memory.
   */
  decode(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array>;
}

/** The codecs that a platform has. What is here is what the server advertises. */
export class BlobCodecs {
  /** Identity, which needs no codec, and what `compressed-blobs` may name. */
  readonly compressors: readonly Compressor[];
  readonly list: readonly BlobCodec[];

  constructor(list: readonly BlobCodec[]) {
    this.list = list;
    this.compressors = ["identity", ...list.map(({ compressor }) => compressor)];
  }

  /** The codec; `undefined` for identity, and for a compressor that this platform does not have. */
  find(compressor: Compressor): BlobCodec | undefined {
    return this.list.find((codec) => codec.compressor === compressor);
  }
}
