import { createHash } from "node:crypto";
import { bytesOf, KIB } from "../support/bytes.ts";

export interface BlobSummary {
  readonly hash: string;
  readonly sizeBytes: number;
}

/** A blob that is too large to hold, so it is made again for every reader. */
export interface GeneratedBlob extends BlobSummary {
  pieces(): Generator<Buffer, void, undefined>;
}

const PIECE_BYTES = 256 * KIB;

/** The same random bytes over and over, each time with another number in front. `sizeBytes` is a multiple of 256 KiB. */
export function generateBlob(sizeBytes: number, seed: number): GeneratedBlob {
  const pattern = bytesOf(PIECE_BYTES, seed);
  const pieces = function* (): Generator<Buffer, void, undefined> {
    for (let at = 0; at < sizeBytes; at += PIECE_BYTES) {
      const piece = Buffer.from(pattern);
      piece.writeUInt32LE(at / PIECE_BYTES);
      yield piece;
    }
  };
  const hash = createHash("sha256");
  for (const piece of pieces()) hash.update(piece);
  return { hash: hash.digest("hex"), sizeBytes, pieces };
}

/** What a reader got, without holding it. */
export async function summaryOf(pieces: AsyncIterable<Uint8Array>): Promise<BlobSummary> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
  }
  return { hash: hash.digest("hex"), sizeBytes };
}
