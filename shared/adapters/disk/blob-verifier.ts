import type { BlobName } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { Verifier } from "./refresher.ts";

/** Checks the bytes of a blob, `length` of them, against its hash. */
export function blobVerifier(hashers: Hashers, name: BlobName, length: number): Verifier {
  const hasher = hashers.create(name.function, length);
  return {
    update: (bytes) => hasher.update(bytes),
    finish: async () => (await hasher.finish()) === name.hash,
  };
}
