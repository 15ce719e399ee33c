import { lendAs } from "../../bytes/memory-pool.ts";
import { mapConcurrently } from "../../concurrent.ts";
import type { BlobReader, Small } from "./blob-reader.ts";
import type { Entries } from "./entries.ts";
import { PIECE_BYTES } from "./located-store.ts";
import type { PiecePools } from "./piece-pools.ts";
import { type Span, spansOf } from "./spans.ts";

/** What lies between two blobs and is read for nothing takes less time than a read of its own, up to this. */
const MAX_GAP_BYTES = 4096;

/** Of one batch: what must wait for the disk shares its few threads with everybody else. */
const SPANS_AT_ONCE = 16;

/** Hears of a blob that was read, and is as it should be. */
export type Take<T> = (blob: T, bytes: Uint8Array<ArrayBuffer>) => void;

/** Reads blobs of one piece together that lie side by side. */
export class SpanReader {
  readonly #store: Entries;
  readonly #reader: BlobReader;
  readonly #memory: PiecePools;

  constructor(options: { store: Entries; reader: BlobReader; memory: PiecePools }) {
    this.#store = options.store;
    this.#reader = options.reader;
    this.#memory = options.memory;
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
    { location, entries }: Span<T>,
    bytes: Uint8Array<ArrayBuffer>,
    take: Take<T>,
    later: Promise<void>[],
  ): void {
    const pieces = entries.map(({ location: { offset, length } }) => {
      const begin = bytes.byteOffset + offset - location.offset;
      return new Uint8Array(bytes.buffer, begin, length);
    });
    lendAs(bytes, pieces);
    for (const [index, blob] of entries.entries()) {
      const piece = pieces[index];
      if (piece === undefined) continue;
      const isRight = this.#reader.isRight(blob, piece);
      if (isRight === true) take(blob, piece);
      else if (isRight !== false) later.push(takeIf(isRight, () => take(blob, piece)));
    }
  }
}

async function takeIf(checking: Promise<boolean>, take: () => void): Promise<void> {
  if (await checking) take();
}
