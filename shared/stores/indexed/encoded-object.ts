import { abortable } from "../../bytes/abortable.ts";
import { withoutFirst } from "../../bytes/without-first.ts";
import type { BlobCodec } from "../../compression/blob-codec.ts";
import { RequestError } from "../../request-error.ts";
import type { BlobSource, ByteRange, EncodedBlob } from "../blob-store.ts";
import { StoreError } from "../store-error.ts";
import type { ObjectKey } from "./object-key.ts";

/** An object that is kept encoded, and how to read it. */
export interface EncodedObject {
  readonly key: ObjectKey;
  /** All of its bytes, as they are kept. */
  readonly kept: BlobSource;
  readonly codec: BlobCodec;
  /** Bytes of the blob. */
  readonly sizeBytes: number;
}

/** A blob, or a part of it, that is decoded as it is read. The whole blob may also be taken as it is kept. */
export function decodedSource(
  object: EncodedObject,
  { offset, length = Infinity }: ByteRange,
  signal: AbortSignal,
): BlobSource {
  const { kept, sizeBytes } = object;
  const reachesEnd = offset + length >= sizeBytes;
  const part = abortable(withoutFirst(offset, decoded(object, signal)), signal);
  return {
    sizeBytes,
    ...(offset === 0 && reachesEnd ? { encoded: asKept(object) } : {}),
    // What reaches the end is read beyond it, so that what is wrong there shows.
    [Symbol.asyncIterator]: () => (reachesEnd ? part : firstBytes(part, length)),
    [Symbol.asyncDispose]: async () => await kept[Symbol.asyncDispose](),
  };
}

function asKept({ kept, codec }: EncodedObject): EncodedBlob {
  return {
    compressor: codec.compressor,
    sizeBytes: kept.sizeBytes,
    [Symbol.asyncIterator]: () => kept[Symbol.asyncIterator](),
  };
}

async function* decoded(
  object: EncodedObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { kept, codec, sizeBytes } = object;
  let given = 0;
  try {
    for await (const chunk of codec.decode(kept, sizeBytes)) {
      given += chunk.byteLength;
      if (given > sizeBytes) throw corrupt(object, "has more bytes");
      yield chunk;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RequestError ? corrupt(object, error.message) : error;
  }
  if (given < sizeBytes) throw corrupt(object, `has ${given} bytes`);
}

function corrupt({ key, sizeBytes }: EncodedObject, found: string): StoreError {
  return new StoreError(
    "corrupt",
    `the object ${key} should hold ${sizeBytes} bytes, encoded, and ${found}; something else writes to the bucket`,
  );
}

async function* firstBytes(
  source: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}
