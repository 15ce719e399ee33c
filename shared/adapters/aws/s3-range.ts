import type { ByteRange } from "../../stores/blob-store.ts";

/** What to ask S3 for, to get a part of an object. */
export interface RequestedRange {
  /** The `Range` header; `undefined` asks for everything. */
  readonly header: string | undefined;
  /** Bytes at the beginning of the answer that were not wanted. */
  readonly skip: number;
}

/**
 * S3 refuses ranges of no bytes and such as begin at the end, which are as good as any here: so this asks for one byte more,
 * before the part or, at the object's beginning, behind it.
 */
export function requestedRange({ offset, length }: ByteRange): RequestedRange {
  if (offset === 0 && length === undefined) return { header: undefined, skip: 0 };
  const skip = Math.min(offset, 1);
  const first = offset - skip;
  if (length === undefined) return { header: `bytes=${first}-`, skip };
  const last = Math.min(Math.max(first, offset + length - 1), Number.MAX_SAFE_INTEGER);
  return { header: `bytes=${first}-${last}`, skip };
}
