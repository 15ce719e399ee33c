/** Hexadecimal digits of a hash of 256 bits. */
export const HEX_DIGITS_OF_256_BITS = 64;

export const WORDS_OF_256_BITS = 8;

const pairsByByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** A hash of 256 bits as eight words, from `at` on: look-ups go by these, which are read in a tenth of the time that a text takes. */
export interface HashWords {
  readonly words: Uint32Array;
  readonly at: number;
}

/** The words as 64 lower-case hexadecimal digits. */
export function textOfWords({ words, at }: HashWords): string {
  let text = "";
  for (let index = at; index < at + WORDS_OF_256_BITS; index++) {
    const word = words[index] ?? 0;
    text += pairsByByte[word >>> 24];
    text += pairsByByte[(word >>> 16) & 0xff];
    text += pairsByByte[(word >>> 8) & 0xff];
    text += pairsByByte[word & 0xff];
  }
  return text;
}
