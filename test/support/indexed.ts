import { MemoryBlobIndex } from "./memory-blob-index.ts";
import { MemoryObjectStore } from "./memory-object-store.ts";
import type { IndexedParts } from "../../shared/stores/indexed/indexed-parts.ts";
import { defaultPolicy, type LeasePolicy } from "../../shared/stores/indexed/lease-policy.ts";
import { bytesOf } from "./bytes.ts";
import { ManualClock } from "./clock.ts";
import { runLengthCodec } from "./run-length-codec.ts";
import { webHashers } from "./web-hashers.ts";

/** Small enough that tests reach every size; the times are those of a deployment. */
export const testPolicy: LeasePolicy = {
  ...defaultPolicy,
  inlineBytes: 1000,
  inlineActionBytes: 20_000,
};

/** The parts of an indexed store in memory, and the clock that they read. */
export function indexedParts(
  parts: Partial<IndexedParts> = {},
): IndexedParts & { readonly clock: ManualClock } {
  return {
    index: new MemoryBlobIndex(),
    objects: new MemoryObjectStore({ hashers: webHashers }),
    hashers: webHashers,
    fillRandom: countingRandom(),
    policy: testPolicy,
    compression: { codec: runLengthCodec },
    ...parts,
    clock: new ManualClock(),
  };
}

/** Bytes that differ each time, and are the same in every run. */
export function countingRandom(): (bytes: Uint8Array) => void {
  let seed = 0;
  return (bytes) => bytes.set(bytesOf(bytes.byteLength, ++seed));
}
