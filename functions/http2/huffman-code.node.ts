/**
 * The Huffman code of RFC 7541. It is canonical: codes of one length follow each other in the order of their symbols, and shorter
 * ones come first, so that the lengths say everything.
 */

/** The length of each symbol's code, as a digit of base 36; the last symbol is the end of the text. */
const lengths =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq" +
  "u";

export const END_OF_TEXT = 256;
const MIN_BITS = 5;
export const MAX_BITS = 30;

/** Codes of one length are numbers that follow each other, and so do the places of their symbols in `symbols`. */
export interface CodesOfLength {
  readonly bits: number;
  readonly firstCode: number;
  readonly firstPlace: number;
  readonly count: number;
}

const symbolsByLength = Array.from({ length: MAX_BITS - MIN_BITS + 1 }, (_, index) => {
  const length = (index + MIN_BITS).toString(36);
  return Array.from(lengths, (digit, symbol) => (digit === length ? symbol : [])).flat();
});

/** All symbols, in the order of their codes. */
export const symbols: readonly number[] = symbolsByLength.flat();

export const codesOfLengths: readonly CodesOfLength[] = numberCodes();

function numberCodes(): CodesOfLength[] {
  let nextCode = 0;
  let nextPlace = 0;
  return symbolsByLength.map(({ length: count }, index) => {
    const codes = { bits: index + MIN_BITS, firstCode: nextCode, firstPlace: nextPlace, count };
    nextCode = (nextCode + count) * 2;
    nextPlace += count;
    return codes;
  });
}
