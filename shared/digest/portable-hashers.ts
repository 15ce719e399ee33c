import { blake3 } from "@noble/hashes/blake3.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { DigestFunction } from "./digest-function.ts";
import type { Hash } from "./digest.ts";
import type { Hasher, Hashers } from "./hasher.ts";

/** What both libraries of hash functions offer: noble's and Node's. */
interface Incremental {
  update(bytes: Uint8Array): unknown;
}

const constructors = { sha256, blake3 } as const;

/** Hash functions in plain JavaScript: they run anywhere, and are what faster ones are tested against. */
export const portableHashers: Hashers = {
  functions: ["sha256", "blake3"],
  create: (name) => portableHasher(name),
};

function portableHasher(name: DigestFunction): Hasher {
  if (name !== "sha256" && name !== "blake3") throw new Error(`no portable hasher for ${name}`);
  const hash = constructors[name].create();
  return hasherOf(hash, () => bytesToHex(hash.digest()));
}

/** A hasher over any incremental hash function whose hexadecimal result `finish` gives. */
export function hasherOf(hash: Incremental, finish: () => string): Hasher {
  return {
    update: (bytes) => void hash.update(bytes),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just computed needs no check.
    finish: () => finish() as Hash,
  };
}
