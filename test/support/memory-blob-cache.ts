import { abortable } from "../../shared/bytes/abortable.ts";
import { iterate } from "../../shared/bytes/collect.ts";
import type { Clock } from "../../shared/clock.ts";
import type { BlobCache } from "../../shared/stores/blob-cache.ts";
import type { BlobSource, ByteRange } from "../../shared/stores/blob-store.ts";
import type { RowKey } from "../../shared/stores/indexed/row-key.ts";
import { sourceOf } from "../../shared/stores/source-of.ts";

/** Blobs in memory: the reference implementation of the port. Exact, and bounded by nothing else. */
export class MemoryBlobCache implements BlobCache {
  readonly #clock: Clock;
  readonly #entries = new Map<RowKey, { readonly bytes: Uint8Array; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async get(
    key: RowKey,
    { offset, length }: ByteRange,
    signal: AbortSignal,
  ): Promise<BlobSource | undefined> {
    signal.throwIfAborted();
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.untilMs < this.#clock.now()) return undefined;
    const { bytes } = entry;
    if (offset >= bytes.byteLength || length === 0) return undefined;
    const part = bytes.subarray(offset, length === undefined ? undefined : offset + length);
    return sourceOf(bytes.byteLength, () => abortable(iterate([part]), signal));
  }

  fill(key: RowKey, sizeBytes: number, untilMs: number): WritableStream<Uint8Array> {
    const bytes = new Uint8Array(sizeBytes);
    let filled = 0;
    return new WritableStream({
      write: (chunk) => {
        bytes.set(chunk, filled);
        filled += chunk.byteLength;
      },
      close: () => {
        if (filled === sizeBytes) this.#entries.set(key, { bytes, untilMs });
      },
    });
  }

  drop(key: RowKey): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }
}
