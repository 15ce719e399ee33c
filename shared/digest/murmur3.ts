import type { Hash } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import { WholeBlocks } from "./whole-blocks.ts";

const BLOCK_BYTES = 16;

/** The two factors, whole and in halves. */
const C1 = 0x87c37b91114253d5n;
const C1_HIGH = 0x87c37b91;
const C1_LOW = 0x114253d5;
const C2 = 0x4cf5ad432745937fn;
const C2_HIGH = 0x4cf5ad43;
const C2_LOW = 0x2745937f;

/**
 * MurmurHash3 with 128 bits, in its x64 variant, with seed 0. The REAPI does not say in which order its two words become a hash;
 * they do so as numbers, the first one first, as in the REAPI tools of Chromium and in the libraries for Go.
 */
export class Murmur3 implements Hasher {
  readonly #blocks = new WholeBlocks(BLOCK_BYTES);
  #sizeBytes = 0;
  /** The two words, low half and high half, since 64 bits would be a BigInt, at a hundredth of the speed. */
  readonly #halves = new Int32Array(4);

  update(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.byteLength;
    for (const run of this.#blocks.add(bytes)) this.#mix(run);
  }

  finish(): Hash {
    const { rest } = this.#blocks;
    const tail = new DataView(new ArrayBuffer(BLOCK_BYTES));
    for (const [at, byte] of rest.entries()) tail.setUint8(at, byte);
    const size = BigInt(this.#sizeBytes);
    const [h1Low = 0, h1High = 0, h2Low = 0, h2High = 0] = this.#halves;
    let h1 = size ^ word(h1Low, h1High);
    let h2 = size ^ word(h2Low, h2High);
    h1 ^= times(rotated(times(tail.getBigUint64(0, true), C1), 31n), C2);
    h2 ^= times(rotated(times(tail.getBigUint64(8, true), C2), 33n), C1);
    h1 = plus(h1, h2);
    h2 = plus(h2, h1);
    h1 = finalMix(h1);
    h2 = finalMix(h2);
    h1 = plus(h1, h2);
    h2 = plus(h2, h1);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was just computed needs no check.
    return (hexOf(h1) + hexOf(h2)) as Hash;
  }

  #mix(run: Uint8Array): void {
    const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
    // What is beyond 32 bits of a sum is ignored by whatever takes it next.
    let [h1Low = 0, h1High = 0, h2Low = 0, h2High = 0] = this.#halves;
    for (let at = 0; at < run.byteLength; at += BLOCK_BYTES) {
      let low = view.getInt32(at, true);
      let high = timesHigh(view.getInt32(at + 4, true), low, C1_HIGH, C1_LOW);
      low = Math.imul(low, C1_LOW);
      // Rotated by 31 bits.
      let turned = (low << 31) | (high >>> 1);
      high = (high << 31) | (low >>> 1);
      h1High ^= timesHigh(high, turned, C2_HIGH, C2_LOW);
      h1Low ^= Math.imul(turned, C2_LOW);
      // By 27.
      turned = (h1Low << 27) | (h1High >>> 5);
      h1High = (h1High << 27) | (h1Low >>> 5);
      h1Low = turned + h2Low;
      h1High = h1High + h2High + carry(h1Low, h2Low);
      h1High = timesFivePlusHigh(h1High, h1Low, 0x52dce729);
      h1Low = timesFivePlus(h1Low, 0x52dce729);

      low = view.getInt32(at + 8, true);
      high = timesHigh(view.getInt32(at + 12, true), low, C2_HIGH, C2_LOW);
      low = Math.imul(low, C2_LOW);
      // By 33.
      turned = (high << 1) | (low >>> 31);
      high = (low << 1) | (high >>> 31);
      h2High ^= timesHigh(high, turned, C1_HIGH, C1_LOW);
      h2Low ^= Math.imul(turned, C1_LOW);
      // By 31.
      turned = (h2Low << 31) | (h2High >>> 1);
      h2High = (h2High << 31) | (h2Low >>> 1);
      h2Low = turned + h1Low;
      h2High = h2High + h1High + carry(h2Low, h1Low);
      h2High = timesFivePlusHigh(h2High, h2Low, 0x38495ab5);
      h2Low = timesFivePlus(h2Low, 0x38495ab5);
    }
    this.#halves.set([h1Low, h1High, h2Low, h2High]);
  }
}

/** The high half of a product of 64 bits; the low one is the product of the low halves. */
function timesHigh(high: number, low: number, cHigh: number, cLow: number): number {
  return highOf(low, cLow) + Math.imul(high, cLow) + Math.imul(low, cHigh);
}

/** The high half of a product of two numbers without signs of 32 bits, by quarters. */
function highOf(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16);
  const other = Math.imul(a0, b1) + (middle & 0xffff);
  return Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16);
}

/** What a sum's low half carries over, by one of what was added. */
function carry(sum: number, added: number): number {
  return sum >>> 0 < added >>> 0 ? 1 : 0;
}

function timesFivePlus(low: number, added: number): number {
  return Math.imul(low, 5) + added;
}

function timesFivePlusHigh(high: number, low: number, added: number): number {
  return Math.imul(high, 5) + Math.floor(((low >>> 0) * 5 + added) / 2 ** 32);
}

function finalMix(h: bigint): bigint {
  const once = times(h ^ (h >> 33n), 0xff51afd7ed558ccdn);
  const twice = times(once ^ (once >> 33n), 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}

function word(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

function plus(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a + b);
}

function times(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a * b);
}

function rotated(k: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, k << bits) | (k >> (64n - bits));
}

function hexOf(h: bigint): string {
  return h.toString(16).padStart(16, "0");
}
