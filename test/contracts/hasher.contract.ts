import fc from "fast-check";
import { describe, it } from "vitest";
import {
  allDigestFunctions,
  type DigestFunction,
  digestFunctions,
} from "../../shared/digest/digest-function.ts";
import { parseHash } from "../../shared/digest/digest.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import { cutAt } from "../support/arbitraries.ts";
import { bytesOf, KIB, MIB } from "../support/bytes.ts";
import { definedHash } from "../support/defined-hashes.ts";
import { publishedHashes } from "../support/published-hashes.ts";
import { fewRuns } from "../support/runs.ts";

/** Around the blocks of Murmur3 (16 bytes), of SHA-2 (64 or 128), of BLAKE3 and SHA256TREE (1 KiB), and their first subtrees. */
const sizes = [
  1,
  ...[16, 64, 128, KIB, 2 * KIB, 3 * KIB].flatMap((size) => [size - 1, size, size + 1]),
  // From these on, the padding of SHA-2 takes a block of its own.
  56,
  112,
];

/** More than a block of VSO, the largest of all, and part of a page. */
const largeSize = 2 * MIB + 70 * KIB + 5;

/** Everything that the port promises, asked of one platform's hash functions. */
export function describeHashers(
  name: string,
  hashers: Hashers,
  functions: readonly DigestFunction[] = allDigestFunctions,
): void {
  it(`${name}: tells what has changed by a checksum`, ({ expect }) => {
    expect(hashers.checksum(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(hashers.checksum(new Uint8Array())).toBe(0);
    for (const size of [400, 12 * 1024, 12 * 1024 + 1, 100_000]) {
      const bytes = bytesOf(size + 200);
      const whole = hashers.checksum(bytes.slice(100, 100 + size));
      expect(hashers.checksum(bytes.subarray(100, 100 + size))).toBe(whole);
      expect(hashers.checksum(bytes.subarray(100, 99 + size))).not.toBe(whole);
      expect(Number.isInteger(whole) && whole >= 0 && whole < 2 ** 32).toBe(true);
      for (let bit = 0; bit < 8; bit++) {
        const changed = bytes.slice(100, 100 + size);
        changed[321] = (changed[321] ?? 0) ^ (1 << bit);
        expect(hashers.checksum(changed)).not.toBe(whole);
      }
    }
  });

  describe.for(functions)(`${name}, %s`, (digestFunction) => {
    const hash = async (...pieces: readonly Uint8Array[]): Promise<string> =>
      await hashOf(hashers, digestFunction, pieces);

    it("knows the hash of nothing", async ({ expect }) => {
      const { emptyHash } = digestFunctions[digestFunction];
      expect(await hash()).toBe(emptyHash);
      expect(await hash(new Uint8Array(), new Uint8Array())).toBe(emptyHash);
      expect(await hashers.hash(digestFunction, new Uint8Array())).toBe(emptyHash);
    });

    const published = publishedHashes.filter((each) => each.function === digestFunction);
    it.for(published)("agrees with what is published, for $title", async (known, { expect }) => {
      expect(await hash(known.bytes())).toBe(known.hash);
    });

    it("gives checked hashes", async ({ expect }) => {
      const text = await hash(bytesOf(1000));
      expect(parseHash(digestFunction, text, "hash")).toBe(text);
    });

    it.for(sizes)("does not care how %i bytes come", async (size, { expect }) => {
      const bytes = bytesOf(size);
      const whole = definedHash(digestFunction, bytes);
      expect(await hash(bytes)).toBe(whole);
      expect(await hashers.hash(digestFunction, bytes)).toBe(whole);
      for (const cut of [0, 1, 16, 63, 64, 65, KIB, size - 1, size]) {
        expect(await hash(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(whole);
      }
      const single = Array.from(bytes.subarray(0, 200), (byte) => Uint8Array.of(byte));
      expect(await hash(...single, bytes.subarray(200))).toBe(whole);
    });

    it("hashes blobs of any size in pieces of any size", async ({ expect }) => {
      const cases = fc.tuple(fc.nat(5 * KIB), fc.nat(), fc.array(fc.nat(), { maxLength: 6 }));
      await fc.assert(
        fc.asyncProperty(cases, async ([size, seed, cuts]) => {
          const bytes = bytesOf(size, seed);
          const pieces = cutAt(bytes, cuts);
          expect(await hash(...pieces)).toBe(definedHash(digestFunction, bytes));
        }),
        fewRuns,
      );
    });

    it("hashes what is larger than all its blocks", async ({ expect }) => {
      const bytes = bytesOf(largeSize);
      const pieces = cutAt(bytes, [3, 100, 64 * KIB, 2 * MIB + 1]);
      expect(await hash(...pieces)).toBe(definedHash(digestFunction, bytes));
      expect(await hashers.hash(digestFunction, bytes)).toBe(definedHash(digestFunction, bytes));
    });

    it("hashes a view, not the memory around it", async ({ expect }) => {
      const bytes = bytesOf(10 * KIB);
      const view = bytes.subarray(101, 5000);
      expect(await hash(view)).toBe(await hash(bytes.slice(101, 5000)));
      expect(await hashers.hash(digestFunction, view)).toBe(await hash(view));
    });

    it("does not keep the bytes", async ({ expect }) => {
      const size = 3 * KIB + 1;
      const buffer = bytesOf(size);
      const hasher = hashers.create(digestFunction, 2 * size);
      hasher.update(buffer);
      buffer.fill(0);
      hasher.update(buffer);
      expect(await hasher.finish()).toBe(await hash(bytesOf(size), new Uint8Array(size)));
    });

    it("hashes many blobs side by side", async ({ expect }) => {
      const blobs = Array.from({ length: 20 }, (_, i) => bytesOf(2000, i));
      const many = blobs.map((bytes) => {
        return { bytes, hasher: hashers.create(digestFunction, bytes.byteLength) };
      });
      for (const { bytes, hasher } of many) hasher.update(bytes.subarray(0, 999));
      for (const { bytes, hasher } of many) hasher.update(bytes.subarray(999));
      const hashes = await Promise.all(many.map(async ({ hasher }) => await hasher.finish()));
      expect(hashes).toEqual(await Promise.all(blobs.map((bytes) => hash(bytes))));
      expect(new Set(hashes).size).toBe(20);
    });
  });
}

async function hashOf(
  hashers: Hashers,
  name: DigestFunction,
  pieces: readonly Uint8Array[],
): Promise<string> {
  const sizeBytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const hasher = hashers.create(name, sizeBytes);
  for (const piece of pieces) hasher.update(piece);
  return await hasher.finish();
}
