import type { Location } from "./location.ts";

/** Entries of one block that are read or written in one go, and where they lie together. */
export interface Span<T> {
  readonly location: Location;
  readonly entries: readonly T[];
}

export interface SpanOptions {
  /** Of a span, unless it is one entry. */
  readonly maxBytes: number;
  /** That may lie between two entries of a span, and never more than the entries have. */
  readonly maxGapBytes: number;
}

/** Entries, in few spans: those that came together lie side by side. */
export function spansOf<T extends { readonly location: Location }>(
  entries: readonly T[],
  { maxBytes, maxGapBytes }: SpanOptions,
): readonly Span<T>[] {
  const spans: Span<T>[] = [];
  let together: T[] = [];
  let span: Location | undefined;
  let wantedBytes = 0;
  const finish = (): void => {
    if (span !== undefined) spans.push({ location: span, entries: together });
  };
  for (const entry of entries.toSorted(byPlace)) {
    const { block, offset, length } = entry.location;
    const joined = span && joinedWith(span, entry.location, maxGapBytes);
    // What lies between them takes memory that nobody has asked for.
    const most = Math.min(maxBytes, 2 * (wantedBytes + length));
    if (joined !== undefined && joined.length <= most) {
      span = joined;
      together.push(entry);
      wantedBytes += length;
    } else {
      finish();
      span = { block, offset, length };
      together = [entry];
      wantedBytes = length;
    }
  }
  finish();
  return spans;
}

function byPlace(
  { location: one }: { readonly location: Location },
  { location: other }: { readonly location: Location },
): number {
  return one.block - other.block || one.offset - other.offset;
}

/** Both, if they are close enough to each other. */
function joinedWith(span: Location, next: Location, maxGapBytes: number): Location | undefined {
  const end = span.offset + span.length;
  if (next.block !== span.block || next.offset - end > maxGapBytes) return undefined;
  const length = Math.max(end, next.offset + next.length) - span.offset;
  return { block: span.block, offset: span.offset, length };
}
