import { type Gear, gearOf } from "./gear.ts";

export interface FastCdcOptions {
  /** No chunk but the last is smaller. */
  readonly minBytes: number;
  /** What chunks are meant to have: a power of two, from 1 KiB to 1 MiB. */
  readonly avgBytes: number;
  /** No chunk is larger. */
  readonly maxBytes: number;
  readonly seed: number;
}

/** Which bits of the hash have to be 0 for a cut, as the paper gives them: 8 in the first, and one more in each that follows. */
const masks: readonly bigint[] = [
  0x0000001800035300n,
  0x0000019000353000n,
  0x0000590003530000n,
  0x0000d90003530000n,
  0x0000d90103530000n,
  0x0000d90303530000n,
  0x0000d90313530000n,
  0x0000d90f03530000n,
  0x0000d90303537000n,
  0x0000d90703537000n,
  0x0000d90707537000n,
  0x0000d91707537000n,
  0x0000d91747537000n,
  0x0000d91767537000n,
  0x0000d93767537000n,
];
const FIRST_MASK = 8;

/** So many bits more than fit the average a mask has before that, and so many fewer after it: chunks come closer to it then. */
const NORMALIZATION = 2;

/** No mask looks beyond the lowest 48 bits, out of which a byte has been shifted by so many others. */
const WINDOW_BYTES = 48;

/** Cuts a sum down to 32 bits, as integers that engines are quick with. */
const BITS_32 = -1;

/** How far a search has come, and the lower half of the hash there. */
interface Place {
  readonly at: number;
  readonly hash: number;
}

interface Mask {
  readonly low: number;
  readonly high: number;
}

/** Where the REAPI's content-defined chunking FAST_CDC_2020 cuts. */
export class FastCdc2020 {
  readonly maxBytes: number;
  readonly #minBytes: number;
  readonly #avgBytes: number;
  readonly #gear: Gear;
  readonly #before: Mask;
  readonly #after: Mask;

  constructor({ minBytes, avgBytes, maxBytes, seed }: FastCdcOptions) {
    const bits = Math.log2(avgBytes);
    this.maxBytes = maxBytes;
    this.#minBytes = even(minBytes);
    this.#avgBytes = avgBytes;
    this.#gear = gearOf(seed);
    this.#before = maskOf(bits + NORMALIZATION);
    this.#after = maskOf(bits - NORMALIZATION);
  }

  /** The length of the first chunk of `bytes`, which are `maxBytes` or more, or all that is left. */
  cut(bytes: Uint8Array): number {
    const end = Math.min(bytes.byteLength, this.maxBytes);
    if (end <= this.#minBytes) return end;
    const middle = even(Math.min(end, this.#avgBytes));
    const early = this.#find(bytes, { at: this.#minBytes, hash: 0 }, middle, this.#before);
    if (early.at < middle) return early.at;
    const { at } = this.#find(bytes, early, even(end), this.#after);
    return at < even(end) ? at : end;
  }

  /**
   * The first place from here on where the hash fits the mask, or `to`. The lower half of the hash does not depend on the upper one, and
   * seldom fits: only then is the upper one computed at all.
   */
  #find(bytes: Uint8Array, from: Place, to: number, mask: Mask): Place {
    const { low } = this.#gear;
    const maskLow = mask.low;
    let { hash } = from;
    for (let { at } = from; at < to; at++) {
      hash = ((hash << 1) + (low[bytes[at] ?? 0] ?? 0)) & BITS_32;
      if ((hash & maskLow) !== 0) continue;
      if ((this.#highAt(bytes, at) & mask.high) === 0) return { at, hash };
    }
    return { at: to, hash };
  }

  /** The upper half of the hash at a place, as far as masks look at it. */
  #highAt(bytes: Uint8Array, at: number): number {
    let low = 0;
    let high = 0;
    for (let i = Math.max(this.#minBytes, at - WINDOW_BYTES + 1); i <= at; i++) {
      const byte = bytes[i] ?? 0;
      const sum = low * 2 + ((this.#gear.low[byte] ?? 0) >>> 0);
      low = sum >>> 0;
      const carry = (sum - low) / 2 ** 32;
      high = ((high << 1) + (this.#gear.high[byte] ?? 0) + carry) & BITS_32;
    }
    return high;
  }
}

/** The paper's program takes bytes two at a time. */
function even(bytes: number): number {
  return bytes - (bytes % 2);
}

function maskOf(bits: number): Mask {
  const mask = masks[bits - FIRST_MASK];
  if (mask === undefined) throw new RangeError(`FastCDC has no mask for chunks of 2^${bits} bytes`);
  return { low: Number(mask & 0xffff_ffffn), high: Number(mask >> 32n) };
}
