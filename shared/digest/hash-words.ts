import { bytesToHex } from "@noble/hashes/utils.js";

/** Hexadecimal digits of a hash of 256 bits. */
export const HEX_DIGITS_OF_256_BITS = 64;

export const WORDS_OF_256_BITS = 8;

/** The two digits of each byte, in ASCII: the second one in the upper half. */
export const digitsByByte: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const [first = 0, second = 0] = new TextEncoder().encode(byte.toString(16).padStart(2, "0"));
  return first | (second << 8);
});

const scratch = new Uint8Array(HEX_DIGITS_OF_256_BITS / 2);

/** A hash of 256 bits as eight words, from `at` on: look-ups go by these, which are read in a tenth of the time that a text takes. */
export interface HashWords {
  readonly words: Uint32Array;
  readonly at: number;
}

/** The words as 64 lower-case hexadecimal digits. */
export function textOfWords({ words, at }: HashWords): string {
  for (let byte = 0; byte < scratch.byteLength; byte++) {
    scratch[byte] = (words[at + (byte >>> 2)] ?? 0) >>> (24 - 8 * (byte & 3));
  }
  return bytesToHex(scratch);
}

/** The same in ASCII, into `bytes` from `start` on. */
export function writeDigits({ words, at }: HashWords, bytes: Uint8Array, start: number): void {
  let place = start;
  for (let index = at; index < at + WORDS_OF_256_BITS; index++) {
    const word = words[index] ?? 0;
    for (let shift = 24; shift >= 0; shift -= 8) {
      const digits = digitsByByte[(word >>> shift) & 0xff] ?? 0;
      bytes[place++] = digits;
      bytes[place++] = digits >>> 8;
    }
  }
}
