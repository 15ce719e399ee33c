import { blake3 } from "@noble/hashes/blake3.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Hash } from "./digest.ts";
import type { Hasher, Hashers } from "./hasher.ts";
import { hashersOver, type LibraryFunction } from "./library-hashes.ts";

/** What both libraries of hash functions offer: noble's and Node's. */
interface Incremental {
  update(bytes: Uint8Array): unknown;
}

const functions = { sha256, sha1, md5, sha384, sha512, blake3 } as const;

/** Hash functions in plain JavaScript: they run anywhere, and are what faster ones are tested against. */
export const portableHashers: Hashers = hashersOver({
  create: portableHasher,
  hash: portableHash,
  sha256: (bytes) => Promise.resolve(sha256(bytes)),
});

/** One of those that need no others. */
export function portableHasher(name: LibraryFunction): Hasher {
  const hash = functions[name].create();
  return hasherOf(hash, () => bytesToHex(hash.digest()));
}

/** The hash by one of those of bytes that are all at hand. */
export function portableHash(name: LibraryFunction, bytes: Uint8Array): Hash {
  return computed(bytesToHex(functions[name](bytes)));
}

/** A hasher over any incremental hash function whose hexadecimal result `finish` gives. */
export function hasherOf(hash: Incremental, finish: () => string): Hasher {
  return {
    update: (bytes) => void hash.update(bytes),
    finish: () => computed(finish()),
  };
}

/** A hash that a hash function has just given. */
export function computed(hash: string): Hash {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just computed needs no check.
  return hash as Hash;
}
