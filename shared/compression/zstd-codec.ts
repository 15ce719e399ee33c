import { coalesced } from "../bytes/coalesced.ts";
import { collect } from "../bytes/collect.ts";
import { limits } from "../limits.ts";
import type { BlobCodec } from "./blob-codec.ts";
import type { WindowRoom } from "./window-room.ts";
import { throughZlib, ZlibFailure, type ZlibStream } from "./zlib-stream.ts";
import { contentBytesOf, malformedZstd } from "./zstd-frame-header.ts";
import { zstdFrames } from "./zstd-frames.ts";

/** As much of the module `node:zlib` as is used here. */
export interface ZstdModule {
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
  createZstdCompress(options: CompressOptions): ZlibStream;
  createZstdDecompress(options: { readonly chunkSize: number }): ZlibStream;
  zstdCompressSync(bytes: Uint8Array, options: Pick<CompressOptions, "params">): Uint8Array;
}

interface CompressOptions {
  readonly chunkSize: number;
  /** So many bytes will come: it is told at the start of the frame, and the compressor takes no more memory than they need. */
  readonly pledgedSrcSize: number;
  readonly params: { readonly [parameter: number]: number };
}

/** Twice as fast as zstd's own choice of 3, for an eighth less compression. Its window has 512 KiB. */
const LEVEL = 1;

/** What a stream gives at once: the largest block of a frame. */
const CHUNK_BYTES = 128 * 1024;

/** Small encoded chunks are put together to this: each would become a message, and a run of zeros gives very small ones. */
const ENCODED_CHUNK_BYTES = 64 * 1024;

/** Up to this many bytes a stream takes longer to set up than to compress them on the spot, which is a matter of 0.1 ms. */
const AT_ONCE_BYTES = 16 * 1024;

/** A last block of no bytes. */
const LAST_BLOCK = Uint8Array.of(0x01, 0x00, 0x00);

/** zstd, as Node and the runtime of Workers have it; `room` is for what is decoded at once. */
export function zstdCodec(zlib: ZstdModule, room: WindowRoom): BlobCodec {
  return {
    compressor: "zstd",
    contentBytes: contentBytesOf,
    encode: (bytes, sizeBytes) => {
      if (sizeBytes <= AT_ONCE_BYTES) return encodeAtOnce(zlib, bytes, sizeBytes);
      return coalesced(encode(zlib, bytes, sizeBytes), ENCODED_CHUNK_BYTES);
    },
    decode: (body, maxBytes) => decode(zlib, room, body, maxBytes),
  };
}

async function* encodeAtOnce(
  zlib: ZstdModule,
  bytes: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield zlib.zstdCompressSync(await collect(bytes, sizeBytes), { params: paramsOf(zlib) });
}

async function* encode(
  zlib: ZstdModule,
  bytes: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const options = { chunkSize: CHUNK_BYTES, pledgedSrcSize: sizeBytes, params: paramsOf(zlib) };
  yield* throughZlib(zlib.createZstdCompress(options), exactly(sizeBytes, bytes));
  // The runtime of Workers cannot always end a frame: where what is left does not fit a chunk, it says that the bytes end early.
  yield LAST_BLOCK;
}

/** The header has told how many they are, and a decoder relies on it. */
async function* exactly(
  sizeBytes: number,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let given = 0;
  for await (const chunk of bytes) {
    given += chunk.byteLength;
    yield chunk;
  }
  if (given !== sizeBytes) throw new RangeError(`a source of ${sizeBytes} bytes gave ${given}`);
}

function paramsOf({ constants }: ZstdModule): CompressOptions["params"] {
  return { [constants.ZSTD_c_compressionLevel]: LEVEL };
}

async function* decode(
  zlib: ZstdModule,
  room: WindowRoom,
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  using share = room.share();
  const encoded = bounded(body, 2 * maxBytes + limits.encodedSlackBytes);
  // A window that the blob does not fill takes no memory.
  const frames = zstdFrames(encoded, (bytes) => share.grow(Math.min(bytes, maxBytes)));
  let left = maxBytes + 1;
  try {
    const stream = zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES });
    for await (const chunk of throughZlib(stream, frames)) {
      yield chunk.subarray(0, left);
      left -= chunk.byteLength;
      if (left <= 0) return;
    }
  } catch (error) {
    if (error instanceof ZlibFailure) throw malformedZstd(`cannot be decoded: ${error.message}`);
    throw error;
  }
}

/** Frames that hold nothing could otherwise go on forever. */
async function* bounded(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > maxBytes) {
      throw malformedZstd(`has more than ${maxBytes} bytes, which the blob cannot need`);
    }
    yield chunk;
  }
}
