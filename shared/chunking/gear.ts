import { md5 } from "@noble/hashes/legacy.js";

/** The table behind FastCDC's rolling hash: a number of 64 bits for each byte, in two halves. */
export interface Gear {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/** What MD5 is fed to make one number: the byte, so many times over. */
const REPEATS = 64;

/** The table for a seed of 32 bits; 0 leaves it as the algorithm's authors made it. */
export function gearOf(seed: number): Gear {
  const low = new Int32Array(256);
  const high = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const { buffer } = md5(new Uint8Array(REPEATS).fill(byte));
    const number = new DataView(buffer);
    high[byte] = number.getInt32(0);
    low[byte] = number.getInt32(4) ^ seed;
  }
  return { low, high };
}
