import type { DigestFunction } from "./digest-function.ts";
import type { Hash } from "./digest.ts";

/** Hashes one blob, piece by piece. */
export interface Hasher {
  /** Takes the next bytes; does not keep them. */
  update(bytes: Uint8Array): void;
  /** The hash of everything taken. Called once, last. */
  finish(): Hash | Promise<Hash>;
}

/** Every digest function of the REAPI, as a platform computes it. */
export interface Hashers {
  /** A hasher for a blob of `sizeBytes`: exactly so many must be taken, for some hashes begin with their number. */
  create(name: DigestFunction, sizeBytes: number): Hasher;
  /** The hash of bytes that are all at hand, at once where the platform can: for small blobs the quickest way. */
  hash(name: DigestFunction, bytes: Uint8Array): Hash | Promise<Hash>;
  /**
   * A number of 32 bits that tells what has changed by accident, sooner than a hash does. Only to be compared with what the same thread
   * computed, and not to be given away.
   */
  checksum(bytes: Uint8Array): number;
}
