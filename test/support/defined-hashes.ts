import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { _SHA256, sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";

type HashOf = (bytes: Uint8Array) => Uint8Array;

/** The digest functions as they are defined, of whole blobs: what tests compare streams with, and what clients call blobs. */
const functions: Readonly<Record<DigestFunction, HashOf>> = {
  sha256,
  sha1,
  md5,
  vso,
  sha384,
  sha512,
  murmur3: (bytes) => concatBytes(...murmur3(bytes).map((word) => word.toReversed())),
  sha256tree: sha256Tree,
  blake3,
  gitsha1: (bytes) => sha1(concatBytes(utf8ToBytes(`blob ${bytes.byteLength}\0`), bytes)),
};

export function definedHash(name: DigestFunction, bytes: Uint8Array): string {
  return bytesToHex(functions[name](bytes));
}

function vso(bytes: Uint8Array): Uint8Array {
  const blocks = cut(bytes, 2 ** 21);
  if (blocks.length === 0) blocks.push(bytes);
  let identifier: Uint8Array = utf8ToBytes("VSO Content Identifier Seed");
  for (const [index, block] of blocks.entries()) {
    const pages = concatBytes(...cut(block, 2 ** 16).map((page) => sha256(page)));
    const isLast = Uint8Array.of(index === blocks.length - 1 ? 1 : 0);
    identifier = sha256(concatBytes(identifier, sha256(pages), isLast));
  }
  return concatBytes(identifier, Uint8Array.of(0));
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.byteLength / size);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function sha256Tree(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= 1024) return sha256(bytes);
  let middle = 1024;
  while (2 * middle < bytes.byteLength) middle *= 2;
  const halves = [bytes.subarray(0, middle), bytes.subarray(middle)];
  return new TreeCipher().of(concatBytes(...halves.map(sha256Tree)));
}

const treeStart = [
  0xcbbb9d5d, 0x629a292a, 0x9159015a, 0x152fecd8, 0x67332667, 0x8eb44a87, 0xdb0c2e0d, 0x47b5481d,
] as const;

/** The library's SHA-256 from another start, with the addition at the end of a block undone. */
class TreeCipher extends _SHA256 {
  of(block: Uint8Array): Uint8Array {
    this.set(...treeStart);
    this.process(new DataView(block.buffer, block.byteOffset), 0);
    const out = new DataView(new ArrayBuffer(32));
    for (const [i, word] of this.get().entries()) out.setInt32(4 * i, word - (treeStart[i] ?? 0));
    return new Uint8Array(out.buffer);
  }
}

/** The two words of MurmurHash3's x64 variant, each with its lowest byte first. */
export function murmur3(bytes: Uint8Array, seed = 0): readonly [Uint8Array, Uint8Array] {
  const padded = new DataView(new ArrayBuffer(Math.ceil(bytes.byteLength / 16) * 16));
  for (const [at, byte] of bytes.entries()) padded.setUint8(at, byte);
  let h1 = BigInt(seed);
  let h2 = BigInt(seed);
  for (let at = 0; at < padded.byteLength; at += 16) {
    const isWhole = at + 16 <= bytes.byteLength;
    h1 ^= times(rotated(times(padded.getBigUint64(at, true), C1), 31n), C2);
    if (isWhole) h1 = sum(times(sum(rotated(h1, 27n), h2), 5n), 0x52dce729n);
    h2 ^= times(rotated(times(padded.getBigUint64(at + 8, true), C2), 33n), C1);
    if (isWhole) h2 = sum(times(sum(rotated(h2, 31n), h1), 5n), 0x38495ab5n);
  }
  const length = BigInt(bytes.byteLength);
  const [a, b] = [sum(h1 ^ length, h2 ^ length), sum(h1 ^ length, 2n * (h2 ^ length))];
  const first = sum(finalMix(a), finalMix(b));
  return [wordBytes(first), wordBytes(sum(first, finalMix(b)))];
}

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

function finalMix(word: bigint): bigint {
  const shifted = (x: bigint): bigint => x ^ (x >> 33n);
  return shifted(times(shifted(times(shifted(word), 0xff51afd7ed558ccdn)), 0xc4ceb9fe1a85ec53n));
}

function sum(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a + b);
}

function times(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a * b);
}

function rotated(word: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, word << bits) | (word >> (64n - bits));
}

function wordBytes(word: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, word, true);
  return new Uint8Array(view.buffer);
}
