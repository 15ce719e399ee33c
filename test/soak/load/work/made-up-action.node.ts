import type { DigestInit } from "../../../conformance/blobs.ts";
import type { MadeUpBlob } from "../made-up-blob.node.ts";

/** An action, and what its result says. */
export interface MadeUpAction {
  readonly digest: DigestInit;
  readonly stdout: Uint8Array;
  /** What the result refers to. */
  readonly outputs: readonly MadeUpBlob[];
}
