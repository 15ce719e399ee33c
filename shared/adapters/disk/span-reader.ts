import { lendAs } from "../../bytes/memory-pool.ts";
import { mapConcurrently } from "../../concurrent.ts";
import type { Hashers } from "../../digest/hasher.ts";
import type { BlobReader, Small } from "./blob-reader.ts";
import type { Entries } from "./entries.ts";
import { PIECE_BYTES } from "./located-store.ts";
import type { PiecePools } from "./piece-pools.ts";
import { type Span, spansOf } from "./spans.ts";
import { VerifiedSpans } from "./verified-spans.ts";

/** What lies between two blobs and is read for nothing takes less time than a read of its own, up to this. */
const MAX_GAP_BYTES = 4096;

/** Of one batch: what must wait for the disk shares its few threads with everybody else. */
const SPANS_AT_ONCE = 16;

/** Hears of a blob that was read, and is as it should be. */
export type Take<T> = (blob: T, bytes: Uint8Array<ArrayBuffer>) => void;

export interface SpanReaderOptions {
  readonly store: Entries;
  readonly reader: BlobReader;
  readonly hashers: Hashers;
  readonly now: () => number;
  readonly memory: PiecePools;
}

/** Reads blobs of one piece together that lie side by side. */
export class SpanReader {
  readonly #store: Entries;
  readonly #reader: BlobReader;
  readonly #memory: PiecePools;
  readonly #verified: VerifiedSpans;

  constructor({ store, reader, memory, hashers, now }: SpanReaderOptions) {
    this.#store = store;
    this.#reader = reader;
    this.#memory = memory;
    this.#verified = new VerifiedSpans({ hashers, now, blockBytes: store.maxEntryBytes });
  }

  /** Reads what it can; the rest may be damaged, or no longer there, and is for a closer look at each alone. */
  async read<T extends Small>(
    blobs: readonly T[],
    take: Take<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const spans = spansOf(blobs, { maxBytes: PIECE_BYTES, maxGapBytes: MAX_GAP_BYTES });
    await mapConcurrently(spans, SPANS_AT_ONCE, async (span) => {
      signal.throwIfAborted();
      const bytes = this.#memory.take(span.location.length);
      const isRead = this.#store.readPlace(span.location, bytes);
      if (isRead === false || (isRead !== true && !(await isRead))) return;
      const later: Promise<void>[] = [];
      this.#check(span, bytes, take, later);
      if (later.length > 0) await Promise.all(later);
    });
  }

  #check<T extends Small>(
    span: Span<T>,
    bytes: Uint8Array<ArrayBuffer>,
    take: Take<T>,
    later: Promise<void>[],
  ): void {
    const { location, entries } = span;
    const { buffer, byteOffset } = bytes;
    const pieces = entries.map(({ location: { offset, length } }) => {
      return new Uint8Array(buffer, byteOffset + offset - location.offset, length);
    });
    lendAs(bytes, pieces);
    const areRight = this.#verified.has(span, bytes);
    let rightAtOnce = 0;
    for (const [index, blob] of entries.entries()) {
      const piece = pieces[index];
      if (piece === undefined) continue;
      const isRight = areRight || this.#reader.isRight(blob, piece);
      if (isRight === true) {
        rightAtOnce += 1;
        take(blob, piece);
      } else if (isRight !== false) later.push(takeIf(isRight, () => take(blob, piece)));
    }
    if (!areRight && rightAtOnce === entries.length) this.#verified.add(span, bytes);
  }
}

async function takeIf(checking: Promise<boolean>, take: () => void): Promise<void> {
  if (await checking) take();
}
