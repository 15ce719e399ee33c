import { bytesToHex } from "@noble/hashes/utils.js";
import { invalidArgument, quote } from "../request-error.ts";
import { type HashWords, textOfWords } from "./hash-words.ts";
import { digestFunctions, type DigestFunction } from "./digest-function.ts";

declare const brand: unique symbol;

/** A hash that has been checked: lower-case hexadecimal digits, as many as its function has. */
export type Hash = string & { readonly [brand]: "Hash" };

/** What names a blob: the same bytes under another function are another blob, and a wrong size names nothing. */
export interface Digest {
  readonly function: DigestFunction;
  readonly hash: Hash;
  /** Exact: sizes that a double cannot hold are refused at the door. */
  readonly sizeBytes: number;
  /** The hash as words, where it has 256 bits and was read so. */
  readonly hashWords?: HashWords;
}

/** A blob as HTTP caches name it, without its size; every digest is one too. */
export type BlobName = Pick<Digest, "function" | "hash" | "hashWords"> & {
  readonly sizeBytes?: number;
};

const hexadecimal = /^[0-9a-f]*$/;

/** Checks a hash. Throws INVALID_ARGUMENT that names `field`. */
export function parseHash(name: DigestFunction, text: string, field: string): Hash {
  const { hashLength } = digestFunctions[name];
  if (!isHash(text, hashLength)) {
    throw invalidArgument(
      field,
      `${quote(text)} is not a ${name.toUpperCase()} hash: ${hashLength} lower-case hexadecimal digits`,
    );
  }
  return text;
}

function isHash(text: string, length: number): text is Hash {
  return text.length === length && hexadecimal.test(text);
}

/** The hash that these bytes are. Throws a RangeError where a function's have not so many. */
export function hashOf(name: DigestFunction, bytes: Uint8Array): Hash {
  if (2 * bytes.byteLength !== digestFunctions[name].hashLength) {
    throw new RangeError(`${bytes.byteLength} bytes are not a ${name.toUpperCase()} hash`);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- bytes have no other digits.
  return bytesToHex(bytes) as Hash;
}

/** The hash of 256 bits that these words are. */
export function hashOfWords(words: HashWords): Hash {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- words have no other digits.
  return textOfWords(words) as Hash;
}

/** Checks a size in bytes, from an int64. Throws INVALID_ARGUMENT that names `field`. */
export function parseSize(size: bigint, field: string): number {
  if (size < 0n) throw invalidArgument(field, `${size} is negative`);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw invalidArgument(
      field,
      `${size} is above ${Number.MAX_SAFE_INTEGER}, the largest size here`,
    );
  }
  return Number(size);
}

/** The digest of zero bytes. It names a blob that every store holds without storing it. */
export function emptyDigest(name: DigestFunction): Digest {
  return {
    function: name,
    hash: parseHash(name, digestFunctions[name].emptyHash, "hash"),
    sizeBytes: 0,
  };
}

/** Whether `name` is the empty blob: the hash of zero bytes, with the size 0 or none given. */
export function isEmptyBlob(name: BlobName): boolean {
  return (name.sizeBytes ?? 0) === 0 && name.hash === digestFunctions[name.function].emptyHash;
}

/** A digest as a key: unlike `formatDigest`, it tells functions with hashes of one length apart. */
export function digestKey(digest: Digest): string {
  return `${digest.function}/${digest.hash}/${digest.sizeBytes}`;
}

/** The same digests, each once. */
export function distinct(digests: readonly Digest[]): readonly Digest[] {
  if (digests.length <= 1 || areApart(digests)) return digests;
  return [...new Map(digests.map((digest) => [digestKey(digest), digest])).values()];
}

/** Whether the first words of the hashes tell all digests apart already, which is seen in a tenth of the time. */
function areApart(digests: readonly Digest[]): boolean {
  const firstWords = new Set<number>();
  for (const { hashWords } of digests) {
    if (hashWords === undefined) return false;
    firstWords.add(hashWords.words[hashWords.at] ?? 0);
  }
  return firstWords.size === digests.length;
}

/** A blob in words, for errors and logs: as resource names write it. */
export function formatDigest(digest: BlobName): string {
  const prefix = digestFunctions[digest.function].named ? `${digest.function}/` : "";
  return `${prefix}${digest.hash}/${digest.sizeBytes ?? "?"}`;
}
