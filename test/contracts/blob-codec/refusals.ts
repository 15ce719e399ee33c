import { hexToBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import type { BlobCodec } from "../../../shared/compression/blob-codec.ts";
import { limits } from "../../../shared/limits.ts";
import { skippableFrame, zstdBomb, zstdFrame } from "../../support/raw-zstd.ts";
import { bodyOf } from "../../support/bodies.ts";
import { bytesOf, concat, KIB, readAll } from "../../support/bytes.ts";
import { checksummed } from "./frames.ts";

const malformed = { code: "invalid-argument", violations: [{ field: "data" }] };

/** Frames of one raw byte, of which each asks for what is not taken. */
const unacceptable: Readonly<Record<string, string>> = {
  "a reserved bit": "28b52ffd080009000061",
  "a block of a reserved type": "28b52ffd00000f000061",
  "a dictionary": "28b52ffd01000109000061",
  "a dictionary with a long number": "28b52ffd03000000000109000061",
  "a window of 9 MiB": "28b52ffd006909000061",
  "the largest window": "28b52ffd00ff09000061",
  "a content of 8 MiB and a byte, as one window": "28b52ffda00100800009000061",
  "more bytes than it says": "28b52ffd20001100006161",
  "fewer bytes than it says": "28b52ffd200209000061",
  "an older format": "27b52ffd000009000061",
};

/** What is not taken, and how much is made of it before that shows. */
export function describeRefusals(name: string, codec: BlobCodec): void {
  const decode = async (encoded: Uint8Array, maxBytes = 1000, chunkBytes?: number) =>
    await readAll(codec.decode(bodyOf(encoded, chunkBytes), maxBytes));

  describe(`${name} zstd, of what it refuses`, () => {
    const { encoded } = checksummed;

    it("a stream that is cut off, wherever", async ({ expect }) => {
      const stream = concat([encoded, skippableFrame(bytesOf(10)), zstdFrame(bytesOf(20))]);
      const whole = new Set([0, encoded.byteLength, encoded.byteLength + 18]);
      for (let end = 0; end < stream.byteLength; end += 1) {
        const cut = decode(stream.subarray(0, end), 1000, 5);
        if (end > 0 && whole.has(end)) expect((await cut).byteLength).toBe(56);
        else await expect(cut, `after ${end} bytes`).rejects.toMatchObject(malformed);
      }
    });

    it("other bytes behind the last frame, however few", async ({ expect }) => {
      for (const bytes of [1, 2, 3, 4, 5, 100]) {
        for (const filler of [0x00, 0x28, 0x50, 0xff]) {
          const trailing = concat([encoded, new Uint8Array(bytes).fill(filler)]);
          await expect(decode(trailing)).rejects.toMatchObject(malformed);
          await expect(decode(trailing, 1000, 1)).rejects.toMatchObject(malformed);
        }
      }
    });

    it("what is no zstd, or holds no frame", async ({ expect }) => {
      for (const bytes of [new Uint8Array(), bytesOf(1), bytesOf(4), bytesOf(5000)]) {
        await expect(decode(bytes)).rejects.toMatchObject(malformed);
      }
      await expect(decode(skippableFrame(bytesOf(20)))).rejects.toMatchObject(malformed);
    });

    it.for(Object.keys(unacceptable))("%s", async (reason, { expect }) => {
      const frame = hexToBytes(unacceptable[reason] ?? "");
      await expect(decode(frame)).rejects.toMatchObject(malformed);
      await expect(decode(frame, 1000, 1)).rejects.toMatchObject(malformed);
    });

    it("says what to do about a dictionary and a large window", async ({ expect }) => {
      const refused = async (reason: string): Promise<Uint8Array> =>
        await decode(hexToBytes(unacceptable[reason] ?? ""));
      await expect(refused("a dictionary")).rejects.toThrow(/dictionary/);
      await expect(refused("a window of 9 MiB")).rejects.toThrow(/9437184 .* level 19 .* --long/);
    });

    it("a wrong checksum, and a damaged block", async ({ expect }) => {
      for (const at of [-1, -4, -8, 12]) {
        const damaged = encoded.with(at, (encoded.at(at) ?? 0) ^ 1);
        await expect(decode(damaged), `at ${at}`).rejects.toMatchObject(malformed);
      }
    });

    it("takes the largest window that it says it takes", async ({ expect }) => {
      expect(limits.zstdWindowBytes).toBe(8 * KIB * KIB);
      expect(await decode(hexToBytes("28b52ffd006809000061"))).toEqual(Uint8Array.of(0x61));
    });
  });

  describe(`${name} zstd, of what would be too much`, () => {
    it("gives one byte more than may come, and no more", async ({ expect }) => {
      const bytes = bytesOf(300_000);
      const frame = zstdFrame(bytes);
      for (const maxBytes of [0, 1, 999, 128 * KIB, 299_999]) {
        const decoded = await decode(frame, maxBytes);
        expect(decoded.byteLength).toBe(maxBytes + 1);
      }
      expect((await decode(frame, 300_000)).byteLength).toBe(300_000);
      expect((await decode(concat([frame, frame]), 300_000)).byteLength).toBe(300_001);
    });

    it("makes no more of a bomb than it gives", async ({ expect }) => {
      const startMs = performance.now();
      // A gigabyte in 32 KB.
      expect((await decode(zstdBomb(8000), 1000)).byteLength).toBe(1001);
      expect((await decode(zstdBomb(8000), 10_000_000)).byteLength).toBe(10_000_001);
      expect(performance.now() - startMs).toBeLessThan(2000);
    });

    it("does not read frames without end that hold nothing", async ({ expect }) => {
      for (const nothing of [
        skippableFrame(bytesOf(1000)),
        skippableFrame(new Uint8Array()),
        zstdFrame(new Uint8Array()),
      ]) {
        let given = 0;
        const endless = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
          for (;;) {
            given += nothing.byteLength;
            yield nothing;
          }
        };
        await expect(readAll(codec.decode(endless(), 1000))).rejects.toMatchObject(malformed);
        expect(given).toBeLessThan(2 * limits.encodedSlackBytes);
      }
    });
  });
}
