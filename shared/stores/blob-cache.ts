import type { BlobSource, ByteRange } from "./blob-store.ts";
import type { RowKey } from "./indexed/row-key.ts";

/** Whole blobs, kept for a while close to those who read them: Cloudflare's Cache API, memory. It may forget any of them at once. */
export interface BlobCache {
  /** The blob, or a part of it that has bytes; `undefined` where the cache does not have it, or no longer. */
  get(key: RowKey, range: ByteRange, signal: AbortSignal): Promise<BlobSource | undefined>;

  /**
   * Takes a blob of so many bytes, to be given until `untilMs` and never after, in milliseconds since the epoch. A chunk is taken when
   * its write resolves, and the blob when the stream has closed. One that was aborted, or that had other than so many bytes, is not kept.
   */
  fill(key: RowKey, sizeBytes: number, untilMs: number): WritableStream<Uint8Array>;

  /** Forgets a blob whose bytes turned out not to be all there. */
  drop(key: RowKey): Promise<void>;
}
