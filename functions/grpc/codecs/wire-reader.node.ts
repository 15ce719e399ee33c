import { HEX_DIGITS_OF_256_BITS } from "../../../shared/digest/hash-words.ts";
import type { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";

/** Wire types. */
const VARINT = 0;
const BITS_64 = 1;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const BITS_32 = 5;

/** The bytes of a message are not protobuf. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the fields of one protobuf message where they lie: bytes come as views. */
export class WireReader<Memory extends ArrayBufferLike = ArrayBufferLike> {
  readonly #bytes: Buffer<Memory>;
  #view: DataView | undefined;
  #end: number;
  #at = 0;

  constructor(bytes: Buffer<Memory>) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Bytes before what is read next. */
  get position(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The next field's number and wire type, as they are written: `number << 3 | type`. */
  tag(): number {
    const tag = this.uint32();
    if (tag < 8) throw new MalformedMessage(`${tag} is not the tag of a field`);
    return tag;
  }

  /** The value of an enum, whatever the number: those that newer clients know are for the handler to refuse. */
  enumeration(): number {
    // As a number with a sign, of 32 bits.
    return Math.imul(this.uint32(), 1);
  }

  uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedMessage("a varint has more than ten bytes");
  }

  int64(): bigint {
    return BigInt(this.integer());
  }

  /** An int64: as a number from 0 to 2^53 - 1, as a bigint otherwise. */
  integer(): number | bigint {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index > 4) high |= bits << (7 * index - 32);
      else {
        low |= bits << 28;
        high |= bits >>> 4;
      }
      if (byte >= 0x80) continue;
      const isSafe = high >>> 0 < 0x20_0000;
      if (isSafe) return high * 0x1_0000_0000 + (low >>> 0);
      return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
    }
    throw new MalformedMessage("a varint has more than ten bytes");
  }

  bool(): boolean {
    return this.int64() !== 0n;
  }

  /** A view of what a field holds. */
  bytes(): Buffer<Memory> {
    const end = this.#lengthEnd();
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  /** Goes on with the fields of the message that a field holds. To be left with what this gives, when they are read. */
  enter(): number {
    const outerEnd = this.#end;
    this.#end = this.#lengthEnd();
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Reads the hash of 256 bits that a field holds in hexadecimal. Whether it holds one; nothing is read where it does not. */
  hashWords(hashes: HashWordsReader): boolean {
    const start = this.#at + 1;
    const end = start + HEX_DIGITS_OF_256_BITS;
    if (this.#bytes[this.#at] !== HEX_DIGITS_OF_256_BITS || end > this.#end) return false;
    this.#view ??= viewOf(this.#bytes);
    if (!hashes.read(this.#view, start)) return false;
    this.#at = end;
    return true;
  }

  string(): string {
    const end = this.#lengthEnd();
    const start = this.#at;
    this.#at = end;
    for (let at = start; at < end; at += 1) {
      if ((this.#bytes[at] ?? 0) >= 0x80) return decodeText(this.#bytes.subarray(start, end));
    }
    return this.#bytes.toString("latin1", start, end);
  }

  /** Passes over the field whose tag was read: newer clients may set what is not known here. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === VARINT) this.int64();
    else if (type === BITS_64) this.#pass(8);
    else if (type === LENGTH_DELIMITED) this.#at = this.#lengthEnd();
    else if (type === BITS_32) this.#pass(4);
    else if (type === START_GROUP) this.#skipGroup(tag >>> 3);
    else throw new MalformedMessage(`a field has the wire type ${type}`);
  }

  #skipGroup(number: number): void {
    const open = [number];
    while (open.length > 0) {
      const tag = this.tag();
      const type = tag & 7;
      if (type === START_GROUP) open.push(tag >>> 3);
      else if (type !== END_GROUP) this.skip(tag);
      else if (open.pop() !== tag >>> 3) throw new MalformedMessage("groups are not nested");
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new MalformedMessage("premature EOF");
    return this.#bytes[this.#at++] ?? 0;
  }

  #pass(count: number): void {
    this.#at += count;
    if (this.#at > this.#end) throw new MalformedMessage("premature EOF");
  }

  /** Reads a length; where what has that length ends. */
  #lengthEnd(): number {
    const end = this.uint32() + this.#at;
    if (end > this.#end) throw new MalformedMessage("premature EOF");
    return end;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedMessage("a text is not UTF-8");
  }
}
