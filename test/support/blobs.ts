import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { type Digest, parseHash } from "../../shared/digest/digest.ts";
import { webHashers } from "./web-hashers.ts";
import { bytesOf } from "./bytes.ts";

/** A blob to test with: its bytes and what names them. */
export interface TestBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

export async function blobFrom(
  bytes: Uint8Array,
  name: DigestFunction = "sha256",
): Promise<TestBlob> {
  const hasher = webHashers.create(name, bytes.byteLength);
  hasher.update(bytes);
  const hash = await hasher.finish();
  return { bytes, digest: { function: name, hash, sizeBytes: bytes.byteLength } };
}

/** `size` bytes without a pattern. Another seed gives another blob, except for the size 0. */
export async function blobOf(
  size: number,
  seed = 1,
  name: DigestFunction = "sha256",
): Promise<TestBlob> {
  return await blobFrom(bytesOf(size, seed), name);
}

/** A digest of a blob that no test ever stores; another `index` gives another digest. */
export function absentDigest(index = 0, sizeBytes = 10): Digest {
  const hash = parseHash("sha256", `dead${index.toString(16).padStart(60, "0")}`, "hash");
  return { function: "sha256", hash, sizeBytes };
}
