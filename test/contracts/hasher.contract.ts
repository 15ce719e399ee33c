import { describe, it } from "vitest";
import { digestFunctions, type DigestFunction } from "../../shared/digest/digest-function.ts";
import { parseHash } from "../../shared/digest/digest.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import { bytesOf, KIB } from "../support/bytes.ts";

/** Hashes of the three bytes "abc", from the functions' own publications. */
const hashesOfAbc: Partial<Record<DigestFunction, string>> = {
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  blake3: "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
};

/** Around the blocks of SHA-2 (64 bytes), the chunks of BLAKE3 (1 KiB) and its first subtrees. */
const sizes = [1, 55, 56, 63, 64, 65, 1023, 1024, 1025, 2048, 2049, 3072, 3073, 100_000];

/** Everything that the port promises, asked of one platform's hash functions. */
export function describeHashers(name: string, hashers: Hashers): void {
  describe.for(hashers.functions)(`${name}, %s`, (digestFunction) => {
    const hash = async (...pieces: readonly Uint8Array[]): Promise<string> => {
      const hasher = hashers.create(digestFunction);
      for (const piece of pieces) hasher.update(piece);
      return await hasher.finish();
    };

    it("knows the hash of nothing", async ({ expect }) => {
      const { emptyHash } = digestFunctions[digestFunction];
      expect(await hash()).toBe(emptyHash);
      expect(await hash(new Uint8Array(), new Uint8Array())).toBe(emptyHash);
    });

    it("agrees with what is published", async ({ expect }) => {
      expect(await hash(new TextEncoder().encode("abc"))).toBe(hashesOfAbc[digestFunction]);
    });

    it("gives checked hashes", async ({ expect }) => {
      const text = await hash(bytesOf(1000));
      expect(parseHash(digestFunction, text, "hash")).toBe(text);
    });

    it.for(sizes)("does not care how %i bytes come", async (size, { expect }) => {
      const bytes = bytesOf(size);
      const whole = await hash(bytes);
      for (const cut of [0, 1, 63, 64, 65, 1024, size - 1, size]) {
        expect(await hash(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(whole);
      }
      const single = Array.from(bytes.subarray(0, 200), (byte) => Uint8Array.of(byte));
      expect(await hash(...single, bytes.subarray(200))).toBe(whole);
    });

    it("hashes a view, not the memory around it", async ({ expect }) => {
      const bytes = bytesOf(10 * KIB);
      expect(await hash(bytes.subarray(100, 5000))).toBe(await hash(bytes.slice(100, 5000)));
    });

    it("does not keep the bytes", async ({ expect }) => {
      const buffer = bytesOf(100);
      const hasher = hashers.create(digestFunction);
      hasher.update(buffer);
      buffer.fill(0);
      hasher.update(buffer);
      expect(await hasher.finish()).toBe(await hash(bytesOf(100), new Uint8Array(100)));
    });

    it("hashes many blobs side by side", async ({ expect }) => {
      const blobs = Array.from({ length: 20 }, (_, i) => bytesOf(2000, i));
      const many = blobs.map((bytes) => ({ bytes, hasher: hashers.create(digestFunction) }));
      for (const { bytes, hasher } of many) hasher.update(bytes.subarray(0, 999));
      for (const { bytes, hasher } of many) hasher.update(bytes.subarray(999));
      const hashes = await Promise.all(many.map(async ({ hasher }) => await hasher.finish()));
      expect(hashes).toEqual(await Promise.all(blobs.map((bytes) => hash(bytes))));
      expect(new Set(hashes).size).toBe(20);
    });
  });
}
