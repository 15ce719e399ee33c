import {
  HEX_DIGITS_OF_256_BITS,
  type HashWords,
  writeDigits,
} from "../../../shared/digest/hash-words.ts";

import { messageMemory } from "../message-memory.node.ts";

/** Writes protobuf into a buffer that has room for it: its size is known beforehand. */
export class WireWriter {
  readonly bytes: Buffer;
  #at = 0;
  #takenTo = 0;

  constructor(sizeBytes: number) {
    this.bytes = messageMemory(sizeBytes);
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(this.#takenTo, this.#at);
    this.#takenTo = this.#at;
    return taken;
  }

  uint32(value: number): this {
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.#at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.bytes[this.#at++] = left;
    return this;
  }

  /** A whole number from 0 to 2^53 - 1. */
  uint53(value: number): this {
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.#at++] = (left % 128) | 0x80;
      left = Math.floor(left / 128);
    }
    this.bytes[this.#at++] = left;
    return this;
  }

  /** Text of which every character is one byte. */
  ascii(text: string): this {
    this.uint32(text.length);
    this.#at += this.bytes.write(text, this.#at, "latin1");
    return this;
  }

  /** A hash of 256 bits, in hexadecimal. */
  hashWords(hash: HashWords): this {
    this.uint32(HEX_DIGITS_OF_256_BITS);
    writeDigits(hash, this.bytes, this.#at);
    this.#at += HEX_DIGITS_OF_256_BITS;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
    return this;
  }
}

/** How many bytes a whole number from 0 to 2^53 - 1 takes as a varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left > 0x7f; left = Math.floor(left / 128)) bytes += 1;
  return bytes;
}
