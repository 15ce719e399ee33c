import { md5 } from "@noble/hashes/legacy.js";
import type { FastCdcOptions } from "../../shared/chunking/fast-cdc-2020.ts";

const WORD = 2n ** 64n;

/** The paper's masks, from 2^8 on. */
const masks = (
  "1800035300 19000353000 590003530000 d90003530000 d90103530000 d90303530000 d90313530000 d90f03530000 " +
  "d90303537000 d90703537000 d90707537000 d91707537000 d91747537000 d91767537000 d93767537000"
)
  .split(" ")
  .map((mask) => BigInt(`0x${mask}`));

function maskFor(bits: number): bigint {
  return masks[bits - 8] ?? 0n;
}

/** GEAR by the book: the first 64 bits of the MD5 of a byte that is repeated 64 times. */
export function referenceGear(byte: number): bigint {
  return new DataView(md5(new Uint8Array(64).fill(byte)).buffer).getBigUint64(0);
}

/** The lengths of FastCDC 2020's chunks, worked out slowly: what the fast way is compared with. */
export function referenceLengths(data: Uint8Array, options: FastCdcOptions): readonly number[] {
  const gear = Array.from({ length: 256 }, (_, byte) => referenceGear(byte) ^ BigInt(options.seed));
  const lengths: number[] = [];
  for (let begin = 0; begin < data.byteLength; begin += lengths.at(-1) ?? 0) {
    lengths.push(firstLength(data.subarray(begin, begin + options.maxBytes), options, gear));
  }
  return lengths;
}

function firstLength(
  data: Uint8Array,
  { minBytes, avgBytes }: FastCdcOptions,
  gear: readonly bigint[],
): number {
  const { byteLength } = data;
  if (byteLength <= minBytes) return byteLength;
  const bits = Math.log2(avgBytes);
  const middle = even(Math.min(byteLength, avgBytes));
  let hash = 0n;
  for (let at = even(minBytes); at < even(byteLength); at++) {
    hash = (hash * 2n + (gear[data[at] ?? 0] ?? 0n)) % WORD;
    if ((hash & maskFor(at < middle ? bits + 2 : bits - 2)) === 0n) return at;
  }
  return byteLength;
}

function even(bytes: number): number {
  return bytes - (bytes % 2);
}
