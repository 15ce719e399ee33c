import { hexToBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import type { BlobCodec } from "../../../shared/compression/blob-codec.ts";
import { skippableFrame, zstdBomb, zstdFrame } from "../../support/raw-zstd.ts";
import { bodyOf } from "../../support/bodies.ts";
import { bytesOf, concat, MIB, readAll, sameBytes } from "../../support/bytes.ts";

/** 56 bytes, compressed with a checksum by the reference implementation. */
export const checksummed = {
  plain: new TextEncoder().encode("to be, or not to be, or to be or not, to be or not to be"),
  encoded: hexToBytes(
    "28b52ffd2438150100a8746f2062652c206f72206e6f74202c20746f2062650400318fe84c686940c0530931800e2f",
  ),
};

/** An empty frame with a checksum. */
const emptyChecksummed = hexToBytes("28b52ffd240001000099e9d851");

/** Streams of several frames: those of other programs, and what the format allows. */
export function describeFrames(name: string, codec: BlobCodec): void {
  const decode = async (encoded: Uint8Array, maxBytes: number, chunkBytes?: number) =>
    await readAll(codec.decode(bodyOf(encoded, chunkBytes), maxBytes));

  describe(`${name} zstd, frame after frame`, () => {
    const one = bytesOf(1000, 1);
    const other = bytesOf(200_000, 2);
    const { plain, encoded } = checksummed;

    it("decodes what others have encoded", async ({ expect }) => {
      expect(await decode(encoded, plain.byteLength)).toEqual(plain);
      expect(await decode(emptyChecksummed, 0)).toEqual(new Uint8Array());
    });

    it("decodes frames behind each other, and skips those that are to be skipped", async ({
      expect,
    }) => {
      const note = skippableFrame(bytesOf(100));
      const notes = [note, skippableFrame(new Uint8Array())];
      const nothing = [zstdFrame(new Uint8Array()), emptyChecksummed];
      const frames = [zstdFrame(one), ...notes, encoded, ...nothing, zstdFrame(other), encoded];
      const stream = concat([note, ...frames, skippableFrame(bytesOf(30_000))]);
      const all = concat([one, plain, other, plain]);
      for (const chunkBytes of [7, 1000, 65_536, MIB]) {
        const decoded = await decode(stream, all.byteLength, chunkBytes);
        expect(sameBytes(decoded, all), `in chunks of ${chunkBytes}`).toBe(true);
      }
      const short = concat([note, zstdFrame(one), encoded, note]);
      expect(await decode(short, 2000, 1)).toEqual(concat([one, plain]));
    });

    it("decodes very many small frames", async ({ expect }) => {
      const frames = Array.from({ length: 2000 }, (_, index) => zstdFrame(Uint8Array.of(index)));
      const decoded = await decode(concat(frames), 2000);
      expect(decoded).toEqual(Uint8Array.from(frames, (_, index) => index));
    });

    it("decodes blocks of runs", async ({ expect }) => {
      const decoded = await decode(zstdBomb(40), 40 * 128 * 1024);
      expect(sameBytes(decoded, new Uint8Array(40 * 128 * 1024))).toBe(true);
    });

    it("takes a frame that names no dictionary by the number 0", async ({ expect }) => {
      const frame = hexToBytes("28b52ffd21000109000061");
      expect(await decode(frame, 1)).toEqual(Uint8Array.of(0x61));
    });

    it("knows what a frame says that it holds, from its first bytes", ({ expect }) => {
      expect(codec.contentBytes(encoded)).toBe(56);
      expect(codec.contentBytes(encoded.subarray(0, 6))).toBe(56);
      expect(codec.contentBytes(encoded.subarray(0, 5))).toBeUndefined();
      expect(codec.contentBytes(zstdFrame(other).subarray(0, 9))).toBe(200_000);
      expect(codec.contentBytes(zstdFrame(other).subarray(0, 8))).toBeUndefined();
      expect(codec.contentBytes(zstdBomb(1))).toBeUndefined();
      expect(codec.contentBytes(concat([skippableFrame(one), encoded]))).toBeUndefined();
      expect(codec.contentBytes(plain)).toBeUndefined();
      expect(codec.contentBytes(new Uint8Array())).toBeUndefined();
    });
  });
}
