import { defaultTableBytes, errorCodes } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";
import { DynamicTable } from "./dynamic-table.node.ts";
import { type HeaderField, headerField } from "./header-field.node.ts";
import { decodeHuffman } from "./huffman-decoder.node.ts";
import { staticTable } from "./static-table.node.ts";

/** A larger number than this many bytes can say is of no use in a header block. */
const MAX_INTEGER_BYTES = 4;

export interface HeaderList {
  readonly fields: readonly HeaderField[];
  /** Whether it is larger than what is taken: then some fields are left out. */
  readonly isTooLarge: boolean;
}

/** Decodes the header blocks of one connection, RFC 7541. What is wrong with one is wrong with the connection. */
export class HeaderDecoder {
  readonly #table = new DynamicTable();
  readonly #maxListBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;

  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /** Another one whenever the same bytes may have come to mean something else. */
  get version(): number {
    return this.#table.version;
  }

  decode(bytes: Buffer, start: number, end: number): HeaderList {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    const fields: HeaderField[] = [];
    let room = this.#maxListBytes;
    this.#readSizeUpdates();
    while (this.#position < end) {
      const field = this.#readField();
      room -= field.bytes;
      // What does not fit is decoded all the same: later blocks may refer to it.
      if (room >= 0) fields.push(field);
    }
    return { fields, isTooLarge: room < 0 };
  }

  /** They come before the first field, or not at all. */
  #readSizeUpdates(): void {
    while (this.#position < this.#end && (this.#peek() & 0xe0) === 0x20) {
      const maxBytes = this.#readInteger(5);
      if (maxBytes > defaultTableBytes) throw wrong(`a table of ${maxBytes} bytes is not allowed`);
      this.#table.resize(maxBytes);
    }
  }

  #readField(): HeaderField {
    const first = this.#peek();
    if (first >= 0x80) return this.#fieldAt(this.#readInteger(7));
    if (first >= 0x40) {
      const field = this.#readLiteral(6);
      this.#table.add(field);
      return field;
    }
    if (first >= 0x20) throw wrong("the table's size changes behind a field");
    return this.#readLiteral(4);
  }

  #readLiteral(indexBits: number): HeaderField {
    const index = this.#readInteger(indexBits);
    const name = index === 0 ? this.#readText() : this.#fieldAt(index).name;
    return headerField(name, this.#readText());
  }

  #fieldAt(index: number): HeaderField {
    const field =
      index <= staticTable.length
        ? staticTable[index - 1]
        : this.#table.at(index - staticTable.length - 1);
    if (field === undefined) throw wrong(`no field has the number ${index}`);
    return field;
  }

  #readText(): string {
    const isHuffman = this.#peek() >= 0x80;
    const start = this.#position;
    const length = this.#readInteger(7);
    const textStart = this.#position;
    if (length > this.#end - textStart) throw wrong(`the text at ${start} is cut off`);
    this.#position += length;
    if (!isHuffman) return this.#bytes.toString("latin1", textStart, this.#position);
    const text = decodeHuffman(this.#bytes, textStart, this.#position);
    if (text === undefined) throw wrong(`the text at ${start} is not in Huffman's code`);
    return text;
  }

  /** A number whose first bits share a byte with something else. */
  #readInteger(prefixBits: number): number {
    const prefixMax = 2 ** prefixBits - 1;
    let value = this.#peek() & prefixMax;
    this.#position += 1;
    if (value < prefixMax) return value;
    for (let index = 0; index < MAX_INTEGER_BYTES; index += 1) {
      const byte = this.#peek();
      this.#position += 1;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw wrong("a number is too large");
  }

  #peek(): number {
    if (this.#position >= this.#end) throw wrong("the block is cut off");
    return this.#bytes[this.#position] ?? 0;
  }
}

function wrong(message: string): ConnectionError {
  return new ConnectionError(errorCodes.compressionError, message);
}
