import { sameBytes } from "../support/bytes.ts";

/** Where `part` begins. */
export function findIn(whole: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.byteLength <= whole.byteLength; at++) {
    if (sameBytes(whole.subarray(at, at + 32), part.subarray(0, 32))) return at;
  }
  throw new Error("the bytes are nowhere");
}
