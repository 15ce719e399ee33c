import { crc32 } from "./crc32.ts";
import type { DigestFunction } from "./digest-function.ts";
import { gitSha1 } from "./git-sha1.ts";
import type { Hash } from "./digest.ts";
import type { Hasher, Hashers } from "./hasher.ts";
import { Murmur3 } from "./murmur3.ts";
import { Sha256Tree } from "./sha256-tree.ts";
import { Vso } from "./vso.ts";

/** SHA-256 of bytes that are all at hand; does not keep them. */
export type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>;

/** The digest functions that libraries have. */
export type LibraryFunction = Exclude<DigestFunction, (typeof ownFunctions)[number]>;

/** What a platform has of its own. */
export interface LibraryHashes {
  create(name: LibraryFunction): Hasher;
  hash(name: LibraryFunction, bytes: Uint8Array): Hash | Promise<Hash>;
  readonly sha256: Sha256;
  /** CRC-32, or what is quicker; left out where a platform has none. */
  readonly checksum?: (bytes: Uint8Array) => number;
}

/** All digest functions, by those that a platform has. */
export function hashersOver(library: LibraryHashes): Hashers {
  const create = (name: DigestFunction, sizeBytes: number): Hasher => {
    switch (name) {
      case "gitsha1":
        return gitSha1(library.create("sha1"), sizeBytes);
      case "murmur3":
        return new Murmur3();
      case "sha256tree":
        return new Sha256Tree(library.sha256);
      case "vso":
        return new Vso(library.sha256);
      case "blake3":
      case "md5":
      case "sha1":
      case "sha256":
      case "sha384":
      case "sha512":
        return library.create(name);
    }
  };
  return {
    create,
    checksum: library.checksum ?? crc32,
    hash: (name, bytes) =>
      isLibraryFunction(name)
        ? library.hash(name, bytes)
        : hashWhole(create(name, bytes.byteLength), bytes),
  };
}

const ownFunctions = ["gitsha1", "murmur3", "sha256tree", "vso"] as const;

function isLibraryFunction(name: DigestFunction): name is LibraryFunction {
  return !ownFunctions.some((own) => own === name);
}

/** What a hasher makes of bytes that are all at hand. */
function hashWhole(hasher: Hasher, bytes: Uint8Array): Hash | Promise<Hash> {
  hasher.update(bytes);
  return hasher.finish();
}
