import { createHash, hash as hashOnce } from "node:crypto";
import { checksum } from "./checksum.node.ts";
import type { Hashers } from "./hasher.ts";
import { hashersOver } from "./library-hashes.ts";
import { computed, hasherOf, portableHash, portableHasher } from "./portable-hashers.ts";

/** Hash functions by OpenSSL, up to ten times the portable ones; BLAKE3, which it has not, portable. */
export const nodeHashers: Hashers = hashersOver({
  create: (name) => {
    if (name === "blake3") return portableHasher(name);
    const hash = createHash(name);
    return hasherOf(hash, () => hash.digest("hex"));
  },
  hash: (name, bytes) =>
    name === "blake3" ? portableHash(name, bytes) : computed(hashOnce(name, bytes)),
  checksum,
  sha256: (bytes) => Promise.resolve(hashOnce("sha256", bytes, "buffer")),
});
