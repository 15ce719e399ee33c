import type { DigestFunction } from "./digest-function.ts";
import type { Hash } from "./digest.ts";

/** Hashes one blob, piece by piece. */
export interface Hasher {
  /** Takes the next bytes; does not keep them. */
  update(bytes: Uint8Array): void;
  /** The hash of everything taken. Called once, last. */
  finish(): Hash | Promise<Hash>;
}

/** The digest functions that a platform can compute. What is here is what the server advertises. */
export interface Hashers {
  readonly functions: readonly DigestFunction[];
  /** A hasher for one of `functions`. */
  create(name: DigestFunction): Hasher;
}
