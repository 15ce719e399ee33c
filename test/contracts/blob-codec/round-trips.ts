import fc from "fast-check";
import { describe, it } from "vitest";
import { iterate } from "../../../shared/bytes/collect.ts";
import type { BlobCodec } from "../../../shared/compression/blob-codec.ts";
import { limits } from "../../../shared/limits.ts";
import { cutAt } from "../../support/arbitraries.ts";
import { bodyOf } from "../../support/bodies.ts";
import { bytesOf, concat, KIB, MIB, readAll, sameBytes } from "../../support/bytes.ts";
import { listOf } from "../../support/list-of.ts";
import { fewRuns } from "../../support/runs.ts";

/** Around what is encoded in one go, the blocks of zstd, and the ways in which a header gives a size. */
const steps = [0, 1, 255, 16 * KIB, 40 * KIB, 64 * KIB, 65_791, 80 * KIB, 128 * KIB, 160 * KIB];
const sizes = [...steps, 320 * KIB, 640 * KIB, MIB, 3_000_000].flatMap((size) => [size, size + 1]);

/** Bytes that shrink to less than half: each is one of four. */
function textOf(size: number): Uint8Array<ArrayBuffer> {
  return bytesOf(size).map((byte) => byte & 3);
}

const contents = { noise: bytesOf, text: textOf, zeros: (size: number) => new Uint8Array(size) };

export function describeRoundTrips(name: string, codec: BlobCodec): void {
  const encode = async (bytes: Uint8Array, chunkBytes?: number): Promise<Uint8Array> =>
    await readAll(codec.encode(bodyOf(bytes, chunkBytes), bytes.byteLength));
  const decode = async (encoded: Uint8Array, maxBytes: number, chunkBytes?: number) =>
    await readAll(codec.decode(bodyOf(encoded, chunkBytes), maxBytes));

  describe(`${name} zstd, there and back`, () => {
    it.for(sizes)("%i bytes", async (size, { expect }) => {
      for (const [kind, make] of Object.entries(contents)) {
        const bytes = make(size);
        const encoded = await encode(bytes);
        expect(sameBytes(await decode(encoded, size), bytes), kind).toBe(true);
        expect(encoded.byteLength, kind).toBeLessThanOrEqual(size + size / 256 + 64);
      }
    });

    it("any bytes, however they are cut", async ({ expect }) => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 40_000 }),
        fc.nat({ max: 200_000 }).map(textOf),
      );
      const cuts = fc.array(fc.nat(), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(bytes, cuts, cuts, async (plain, plainCuts, encodedCuts) => {
          const { byteLength } = plain;
          const encoded = await readAll(codec.encode(iterate(cutAt(plain, plainCuts)), byteLength));
          const pieces = iterate(cutAt(encoded, encodedCuts));
          expect(sameBytes(await readAll(codec.decode(pieces, byteLength)), plain)).toBe(true);
        }),
        fewRuns,
      );
    });

    it("byte by byte", async ({ expect }) => {
      expect(await decode(await encode(textOf(3000), 1), 3000, 1)).toEqual(textOf(3000));
      expect(await decode(await encode(textOf(20_000), 10), 20_000, 3)).toEqual(textOf(20_000));
    });

    it("many at once", async ({ expect }) => {
      const blobs = Array.from({ length: 40 }, (_, seed) => bytesOf(seed * 5000, seed));
      const backs = await Promise.all(
        blobs.map(async (bytes) => await decode(await encode(bytes), bytes.byteLength)),
      );
      expect(backs.map((back, index) => sameBytes(back, blobs[index] ?? back))).not.toContain(
        false,
      );
    });

    it("tells in a frame's header what it holds", async ({ expect }) => {
      for (const size of sizes) {
        expect(codec.contentBytes(await encode(textOf(size))), `${size}`).toBe(size);
      }
    });

    it("asks for no more memory than every decoder has", async ({ expect }) => {
      // What the decoder does not refuse is within the limit.
      const bytes = textOf(2 * limits.zstdWindowBytes);
      expect((await decode(await encode(bytes), bytes.byteLength)).byteLength).toBe(
        bytes.byteLength,
      );
    });

    it("gives no crumbs, however much the bytes shrink", async ({ expect }) => {
      const chunks = await listOf(codec.encode(bodyOf(new Uint8Array(8 * MIB)), 8 * MIB));
      expect(chunks).toHaveLength(1);
      const noise = await listOf(codec.encode(bodyOf(bytesOf(2 * MIB)), 2 * MIB));
      for (const chunk of noise.slice(0, -1)) {
        expect(chunk.byteLength).toBeGreaterThanOrEqual(64 * KIB);
        expect(chunk.byteLength).toBeLessThan(MIB);
      }
      expect(concat(noise).byteLength).toBeGreaterThan(2 * MIB);
    });
  });
}
