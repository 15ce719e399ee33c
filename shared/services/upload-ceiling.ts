import { type Digest, formatDigest } from "../digest/digest.ts";
import { limits } from "../limits.ts";
import { invalidArgument } from "../request-error.ts";
import type { Principal } from "../stores/call.ts";

/** The largest blob that the way in admits, and what to do about a larger one. */
export interface UploadCeiling {
  readonly maxBytes: number;
  /** A clause, as "a larger --size admits larger blobs". */
  readonly remedy: string;
}

export const storeCeiling: UploadCeiling = {
  maxBytes: limits.blobBytes,
  remedy: "a larger --size admits larger blobs",
};

/** The same for somebody who may not upload blobs as large as that. */
export function loweredFor(
  { subject, allowance }: Principal,
  ceiling: UploadCeiling,
): UploadCeiling {
  const { maxBlobBytes = Infinity } = allowance;
  if (maxBlobBytes >= ceiling.maxBytes) return ceiling;
  return {
    maxBytes: Math.floor(maxBlobBytes),
    remedy: `whoever keeps the access policy can raise maxBlobBytes for ${subject}`,
  };
}

/** Throws INVALID_ARGUMENT for a blob that is too large. */
export function checkBelow({ maxBytes, remedy }: UploadCeiling, digest: Digest): void {
  if (digest.sizeBytes <= maxBytes) return;
  throw invalidArgument(
    "digest.size_bytes",
    `${formatDigest(digest)} is larger than ${maxBytes} bytes, the largest blob that fits here; ${remedy}`,
  );
}
