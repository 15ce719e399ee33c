import { digitsByByte, type HashWords, WORDS_OF_256_BITS } from "./hash-words.ts";

const DIGITS_PER_WORD = 8;
const NONE = 0x100;

/** What two characters in a row, read as 16 bits of little end, are as hexadecimal digits; `NONE` where they are not. */
const bytesByPair: Uint16Array = new Uint16Array(0x1_0000).fill(NONE);
for (const [byte, digits] of digitsByByte.entries()) bytesByPair[digits] = byte;

/** Reads hashes into one array for many: arrays of their own would keep the garbage collector busy. */
export class HashWordsReader implements HashWords {
  #words: Uint32Array;
  #at = 0;
  #used = 0;

  constructor(expectedHashes: number) {
    this.#words = new Uint32Array(Math.max(1, Math.ceil(expectedHashes)) * WORDS_OF_256_BITS);
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
    this.#makeRoom();
    if (!readWords(view, from, this.#words, this.#used)) return false;
    this.#advance();
    return true;
  }

  /** Reads the 32 bytes that a hash is. */
  readBytes(bytes: Uint8Array, from: number): void {
    this.#makeRoom();
    for (let word = 0; word < WORDS_OF_256_BITS; word++) {
      const at = from + 4 * word;
      const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
      this.#words[this.#used + word] = high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    }
    this.#advance();
  }

  #makeRoom(): void {
    if (this.#used < this.#words.length) return;
    this.#words = new Uint32Array(this.#words.length);
    this.#used = 0;
  }

  #advance(): void {
    this.#at = this.#used;
    this.#used += WORDS_OF_256_BITS;
  }
}

function readWords(view: DataView, from: number, words: Uint32Array, at: number): boolean {
  let found = 0;
  for (let word = 0; word < WORDS_OF_256_BITS; word++) {
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
