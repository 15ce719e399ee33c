import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { StoreError } from "../../stores/store-error.ts";
import type { BlockRecord } from "./block-ring.ts";
import type { Geometry } from "./geometry.ts";

/** What a store is made of, as of a checkpoint. Everything else is in the map. */
export interface State {
  /** Counts checkpoints. */
  readonly generation: number;
  /** Of keys, and of the map's hashes and checksums: another seed makes an old map worthless. */
  readonly seed: readonly number[];
  readonly geometry: Geometry;
  readonly nextNumber: number;
  readonly blocks: readonly BlockRecord[];
}

const PRODUCT = "hayloft store";
const FORMAT = `${PRODUCT} 1`;

/** A few lines for machines that people can read too: the format, a checksum, and JSON. */
export function encodeState(state: State): Uint8Array {
  const json = JSON.stringify(state, undefined, 1);
  return new TextEncoder().encode(`${FORMAT}\n${checksum(json)}\n${json}\n`);
}

/**
 * The state; `undefined` where the bytes are none, or not as they were written. Throws `StoreError` "denied" for one of another
 * version: it is not damaged, and must not be taken for that.
 */
export function decodeState(bytes: Uint8Array): State | undefined {
  const [format, sum, ...rest] = new TextDecoder().decode(bytes).trimEnd().split("\n");
  if (format !== undefined && format !== FORMAT && format.startsWith(`${PRODUCT} `)) {
    throw new StoreError(
      "denied",
      `the cache here was made by another version ("${format}", not "${FORMAT}"); use that one, or start empty with --reformat yes`,
    );
  }
  const json = rest.join("\n");
  if (format !== FORMAT || sum !== checksum(json)) return undefined;
  const state: unknown = JSON.parse(json);
  return isState(state) ? state : undefined;
}

/** The checksum says already that `encodeState` wrote it. */
function isState(value: unknown): value is State {
  return typeof value === "object" && value !== null && "generation" in value;
}

function checksum(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}
