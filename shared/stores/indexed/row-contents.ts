import { abortable } from "../../bytes/abortable.ts";
import { iterate } from "../../bytes/collect.ts";
import type { BlobCodec } from "../../compression/blob-codec.ts";
import type { BlobSource, ByteRange } from "../blob-store.ts";
import { sourceOf } from "../source-of.ts";
import { StoreError } from "../store-error.ts";
import type { BlobIndex, FullRow } from "./blob-index.ts";
import type { ConfirmedLookUp } from "./confirmed-look-up.ts";
import { decodedSource } from "./encoded-object.ts";
import type { IndexedParts } from "./indexed-parts.ts";
import { objectKeyOf } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";
import type { RowKey } from "./row-key.ts";
import { compressorOf } from "./upload-id.ts";

/** What is asked for. */
export interface Wanted {
  readonly key: RowKey;
  /** The size of the content, where it is known. */
  readonly sizeBytes?: number | undefined;
  /** Whether only the newest row will do. */
  readonly consistent?: boolean;
}

export interface OpenedRow {
  readonly row: FullRow;
  readonly source: BlobSource;
}

/** The contents of rows, wherever they are. */
export class RowContents {
  readonly #index: BlobIndex;
  readonly #objects: ObjectStore;
  readonly #codec: BlobCodec;
  readonly #lookUp: ConfirmedLookUp;

  constructor({ index, objects, compression }: IndexedParts, lookUp: ConfirmedLookUp) {
    this.#index = index;
    this.#objects = objects;
    this.#codec = compression.codec;
    this.#lookUp = lookUp;
  }

  /** The row and its content, or a part of that; `undefined` is a miss. */
  async open(
    wanted: Wanted,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<OpenedRow | undefined> {
    const found = await this.#find(wanted, signal);
    if (found === undefined) return undefined;
    const opened = await this.#open(found, range, signal);
    if (opened !== undefined) return opened;
    // A look-up that lags may have named an object whose row has been swept, or replaced, since.
    const row = await this.#find({ ...wanted, consistent: true }, signal);
    if (row === undefined) return undefined;
    const again = await this.#open(row, range, signal);
    if (again !== undefined) return again;
    // Somebody else has deleted the object: without its row, it can be uploaded again.
    await this.#index.remove([row], signal);
    return undefined;
  }

  async #find(
    { key, sizeBytes, consistent = false }: Wanted,
    signal: AbortSignal,
  ): Promise<FullRow | undefined> {
    const rows = await this.#lookUp.find([key], { contents: true, consistent }, signal);
    const row = rows.get(key);
    return sizeBytes === undefined || sizeBytes === row?.sizeBytes ? row : undefined;
  }

  async #open(row: FullRow, range: ByteRange, signal: AbortSignal): Promise<OpenedRow | undefined> {
    const { sizeBytes, content } = row;
    if (range.offset > sizeBytes) {
      throw new RangeError(`offset ${range.offset} in a blob of ${sizeBytes} bytes`);
    }
    if (content !== undefined) return { row, source: partOf(content, range, signal) };
    if (compressorOf(row.upload) !== "identity") return await this.#openEncoded(row, range, signal);
    const source = await this.#objects.get(objectKeyOf(row), range, signal);
    if (source === undefined || source.sizeBytes === sizeBytes) return source && { row, source };
    await source[Symbol.asyncDispose]();
    throw new StoreError(
      "corrupt",
      `the object ${objectKeyOf(row)} has ${source.sizeBytes} bytes instead of ${sizeBytes}; something else writes to the bucket`,
    );
  }

  /** Nobody knows where in the object a part of the blob begins: it is read from its beginning. */
  async #openEncoded(
    row: FullRow,
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<OpenedRow | undefined> {
    const { sizeBytes } = row;
    const key = objectKeyOf(row);
    const isEmpty = range.length === 0 || range.offset === sizeBytes;
    const wanted = isEmpty ? { offset: 0, length: 0 } : { offset: 0 };
    const kept = await this.#objects.get(key, wanted, signal);
    if (kept === undefined) return undefined;
    if (!isEmpty) {
      const object = { key, kept, codec: this.#codec, sizeBytes };
      return { row, source: decodedSource(object, range, signal) };
    }
    await kept[Symbol.asyncDispose]();
    return { row, source: sourceOf(sizeBytes, () => iterate([])) };
  }
}

function partOf(
  content: Uint8Array,
  { offset, length }: ByteRange,
  signal: AbortSignal,
): BlobSource {
  const part = content.subarray(offset, length === undefined ? undefined : offset + length);
  return sourceOf(content.byteLength, () => abortable(iterate([part]), signal));
}
