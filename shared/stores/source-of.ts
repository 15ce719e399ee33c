import type { BlobSource } from "./blob-store.ts";

/** A source over chunks that hold nothing open. */
export function sourceOf(sizeBytes: number, chunks: () => AsyncIterable<Uint8Array>): BlobSource {
  return {
    sizeBytes,
    [Symbol.asyncIterator]: () => chunks()[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
