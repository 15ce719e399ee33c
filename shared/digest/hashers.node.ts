import { createHash } from "node:crypto";
import type { Hashers } from "./hasher.ts";
import { hasherOf, portableHashers } from "./portable-hashers.ts";

/** SHA-256 by OpenSSL, about ten times the portable one; the rest portable. */
export const nodeHashers: Hashers = {
  functions: portableHashers.functions,
  create: (name) => {
    if (name !== "sha256") return portableHashers.create(name);
    const hash = createHash("sha256");
    return hasherOf(hash, () => hash.digest("hex"));
  },
};
