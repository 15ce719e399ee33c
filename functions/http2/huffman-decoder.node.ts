import { codesOfLengths, END_OF_TEXT, MAX_BITS, symbols } from "./huffman-code.node.ts";

/** Codes up to this length, which are those of all usual characters, are found by one look into a table. */
const TABLE_BITS = 9;
const LENGTH_BITS = 5;
const LENGTH_MASK = 2 ** LENGTH_BITS - 1;

/** What the next bits begin with: a symbol and the length of its code, or 0 where the code is longer. */
const table = new Uint16Array(2 ** TABLE_BITS);
for (const { bits, firstCode, firstPlace, count } of codesOfLengths) {
  if (bits > TABLE_BITS) break;
  const spare = TABLE_BITS - bits;
  for (let index = 0; index < count; index += 1) {
    const start = (firstCode + index) << spare;
    const entry = ((symbols[firstPlace + index] ?? 0) << LENGTH_BITS) | bits;
    table.fill(entry, start, start + 2 ** spare);
  }
}

const longCodes = codesOfLengths.filter(({ bits, count }) => bits > TABLE_BITS && count > 0);

/** No code is shorter. */
const MIN_BITS = 5;
/** A text is filled up to a whole byte, and no further. */
const MAX_PADDING_BITS = 7;

let text = Buffer.allocUnsafe(1024);

/** The text that the bytes from `start` to `end` encode, in Latin-1; `undefined` where they encode none. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | undefined {
  const longest = Math.ceil(((end - start) * 8) / MIN_BITS);
  // Long enough for every later text of a usual length, too.
  if (text.byteLength < longest) text = Buffer.allocUnsafe(longest);
  const endBit = end * 8;
  let length = 0;
  for (let bit = start * 8; bit < endBit;) {
    const place = bit >> 3;
    const next = place + 1 < end ? (bytes[place + 1] ?? 0) : 0xff;
    const window = ((bytes[place] ?? 0) << 8) | next;
    const entry = table[(window >> (16 - TABLE_BITS - (bit & 7))) & (2 ** TABLE_BITS - 1)] ?? 0;
    const found = entry !== 0 ? entry : findLong(bytes, bit, end);
    const codeBits = found & LENGTH_MASK;
    if (bit + codeBits > endBit) return isPadding(bytes, bit, end) ? textOf(length) : undefined;
    const symbol = found >> LENGTH_BITS;
    if (symbol === END_OF_TEXT) return undefined;
    text[length++] = symbol;
    bit += codeBits;
  }
  return textOf(length);
}

function textOf(length: number): string {
  return text.toString("latin1", 0, length);
}

/** The symbol, and the length of its code, at a bit whose code is long: every sequence of bits begins with some code. */
function findLong(bytes: Buffer, bit: number, end: number): number {
  for (const { bits, firstCode, firstPlace, count } of longCodes) {
    const index = bitsAt(bytes, bit, bits, end) - firstCode;
    if (index < count) return ((symbols[firstPlace + index] ?? 0) << LENGTH_BITS) | bits;
  }
  return (END_OF_TEXT << LENGTH_BITS) | MAX_BITS;
}

/** So many bits as a number; behind the end, all of them are set. */
function bitsAt(bytes: Buffer, bit: number, bits: number, end: number): number {
  const place = bit >> 3;
  let value = 0;
  for (let index = 0; index < 5; index += 1)
    value = value * 256 + (place + index < end ? (bytes[place + index] ?? 0) : 0xff);
  return Math.floor(value / 2 ** (40 - (bit & 7) - bits)) % 2 ** bits;
}

/** Whether what is left is less than a byte, and looks like the beginning of the end. */
function isPadding(bytes: Buffer, bit: number, end: number): boolean {
  const left = end * 8 - bit;
  return (
    left <= MAX_PADDING_BITS && ((bytes[end - 1] ?? 0) | (0xff << left)) === (0xff | (0xff << left))
  );
}
