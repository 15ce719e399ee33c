import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Blob, blobOf, randomBlob } from "./blobs.ts";
import type { Fixture } from "./check.ts";
import { offerOf } from "./offer.ts";

/** What decoders take unless told otherwise: 8 MiB. */
const WINDOW_LOG = 23;

const SKIPPABLE_MAGIC = 0x184d2a50;

/** A blob that shrinks to less than half. */
export function textBlob(sizeBytes: number): Blob {
  return blobOf(randomBlob(sizeBytes).data.map((byte) => byte & 3));
}

/** The bytes as one frame, compressed in earnest. */
export function zstd(bytes: Uint8Array, level = 3): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  );
}

/** What a client would make of a compressed answer: it throws where that is no stream of zstd, or asks for too much memory. */
export function unzstd(encoded: Uint8Array): Uint8Array {
  if (encoded.byteLength === 0) throw new Error("no bytes are no stream of zstd");
  const params = { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG };
  return new Uint8Array(zstdDecompressSync(encoded, { params }));
}

/** The stream's first frame that is not to be skipped. */
export function firstFrame(encoded: Uint8Array): Uint8Array {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let at = 0;
  while ((view.getUint32(at, true) & ~0xf) === SKIPPABLE_MAGIC) {
    at += 8 + view.getUint32(at + 4, true);
  }
  return encoded.subarray(at);
}

/** Skips the check where blobs cannot be read and written compressed. */
export async function needsZstd(f: Fixture): Promise<void> {
  const { supportedCompressors } = await offerOf(f);
  if (!supportedCompressors.includes(Compressor_Value.ZSTD)) f.skip("the server offers no zstd");
}
