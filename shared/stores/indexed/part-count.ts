import type { Digest } from "../../digest/digest.ts";
import { limits } from "../../limits.ts";

/** Parts of `limits.partBytes`, the last one less, that a blob is uploaded in. */
export function partCountOf({ sizeBytes }: Digest): number {
  return Math.max(1, Math.ceil(sizeBytes / limits.partBytes));
}

/** Bytes of one of them, by its number from 1. */
export function partBytesOf({ sizeBytes }: Digest, number: number): number {
  return Math.min(limits.partBytes, sizeBytes - (number - 1) * limits.partBytes);
}
