import { type Hash, parseHash } from "../../shared/digest/digest.ts";
import type { Hasher, Hashers } from "../../shared/digest/hasher.ts";
import { portableHashers } from "../../shared/digest/portable-hashers.ts";
import { concat } from "./bytes.ts";

/**
 * SHA-256 by WebCrypto, for tests that hash many megabytes: in workerd the portable one is twenty times slower. Holds the whole
 * blob, and is asynchronous, which stores must bear.
 */
export const webHashers: Hashers = {
  create: (name, sizeBytes) =>
    name === "sha256" ? webSha256() : portableHashers.create(name, sizeBytes),
  checksum: (bytes) => portableHashers.checksum(bytes),
  hash: (name, bytes) => (name === "sha256" ? webHash(bytes) : portableHashers.hash(name, bytes)),
};

function webSha256(): Hasher {
  const chunks: Uint8Array[] = [];
  return {
    update: (bytes) => void chunks.push(new Uint8Array(bytes)),
    finish: async () => await webHash(concat(chunks)),
  };
}

async function webHash(bytes: Uint8Array): Promise<Hash> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return parseHash("sha256", hex, "hash");
}
