/** Hexadecimal digits of a hash of 256 bits. */
export const HEX_DIGITS_OF_256_BITS = 64;

const WORDS = 8;
const DIGITS_PER_WORD = 8;
const NONE = 0x100;

/** What two characters in a row, read as 16 bits of little end, are as hexadecimal digits; `NONE` where they are not. */
const bytesByPair: Uint16Array = new Uint16Array(0x1_0000).fill(NONE);
/** The other way round. */
const pairsByByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const pair = byte.toString(16).padStart(2, "0");
  const [first = 0, second = 0] = new TextEncoder().encode(pair);
  bytesByPair[first | (second << 8)] = byte;
  return pair;
});

/** A hash of 256 bits as eight words, from `at` on: look-ups go by these, which are read in a tenth of the time that a text takes. */
export interface HashWords {
  readonly words: Uint32Array;
  readonly at: number;
}

/** Reads hashes into one array for many: arrays of their own would keep the garbage collector busy. */
export class HashWordsReader implements HashWords {
  #words: Uint32Array;
  #at = 0;
  #used = 0;

  constructor(expectedHashes: number) {
    this.#words = new Uint32Array(Math.max(1, Math.ceil(expectedHashes)) * WORDS);
  }

  /** Those of the hash that was read last. */
  get words(): Uint32Array {
    return this.#words;
  }

  get at(): number {
    return this.#at;
  }

  /** Reads 64 lower-case hexadecimal digits in ASCII. Whether they are. */
  read(view: DataView, from: number): boolean {
    if (this.#used === this.#words.length) {
      this.#words = new Uint32Array(this.#words.length);
      this.#used = 0;
    }
    if (!readWords(view, from, this.#words, this.#used)) return false;
    this.#at = this.#used;
    this.#used += WORDS;
    return true;
  }
}

function readWords(view: DataView, from: number, words: Uint32Array, at: number): boolean {
  let found = 0;
  for (let word = 0; word < WORDS; word++) {
    const place = from + word * DIGITS_PER_WORD;
    const first = bytesByPair[view.getUint16(place, true)] ?? NONE;
    const second = bytesByPair[view.getUint16(place + 2, true)] ?? NONE;
    const third = bytesByPair[view.getUint16(place + 4, true)] ?? NONE;
    const fourth = bytesByPair[view.getUint16(place + 6, true)] ?? NONE;
    found |= first | second | third | fourth;
    words[at + word] = (first << 24) | (second << 16) | (third << 8) | fourth;
  }
  return found < NONE;
}

/** The words as 64 lower-case hexadecimal digits. */
export function textOfWords({ words, at }: HashWords): string {
  let text = "";
  for (let index = at; index < at + WORDS; index++) {
    const word = words[index] ?? 0;
    text += pairsByByte[word >>> 24];
    text += pairsByByte[(word >>> 16) & 0xff];
    text += pairsByByte[(word >>> 8) & 0xff];
    text += pairsByByte[word & 0xff];
  }
  return text;
}
