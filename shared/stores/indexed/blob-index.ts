import type { Reference, RowKey } from "./row-key.ts";
import type { UploadId } from "./upload-id.ts";

/** One blob or action result: that it is there, and until when that may be relied on. */
export interface Row {
  readonly key: RowKey;
  /** Which write made the row: unique, so that it can be told from one that took its place. It names the object, too. */
  readonly upload: UploadId;
  /** Bytes of the content, plain even where an object keeps it encoded. */
  readonly sizeBytes: number;
  /** Whether the row holds its content; otherwise an object does. */
  readonly inline: boolean;
  /** Whether its lease covers nothing else. Otherwise the lease may grow only with the leases of all that it relies on. */
  readonly standsAlone: boolean;
  /** When the lease ends, in milliseconds since the epoch: no sweep touches the row before. */
  readonly leaseEndsMs: number;
}

/** A row with what makes it large. */
export interface FullRow extends Row {
  /** `undefined` unless it is inline. */
  readonly content: Uint8Array | undefined;
  /** What it relies on, where the row lists it. */
  readonly references: readonly Reference[];
}

/** Leases that end before `dueMs` get `untilMs` instead. Both in milliseconds since the epoch. */
export interface Renewal {
  readonly dueMs: number;
  readonly untilMs: number;
}

/**
 * What applies to the rows that a row relies on, while its own lease is renewed: theirs are extended well before they are due, so
 * that its own serves for long although it ends with the first of theirs.
 */
export function referencesRenewal({ dueMs, untilMs }: Renewal): Renewal {
  return { dueMs: dueMs + (untilMs - dueMs) / 2, untilMs };
}

export interface LookUp {
  /** Whether to bring content and references; without, `content` is `undefined` and `references` empty. */
  readonly contents: boolean;
  /** Whether every write that ended before the call must be seen. Without, the answer may be older, and cheaper. */
  readonly consistent: boolean;
  /** Left out, nothing is renewed. */
  readonly renewal?: Renewal;
}

export interface Found {
  /** The rows that are there. */
  readonly rows: ReadonlyMap<RowKey, FullRow>;
  /** Whether every write that ended before the call was seen, asked for or not: what is not among `rows` is then absent. */
  readonly consistent: boolean;
}

/** Rows whose leases end in one span of time. */
export interface LeaseSpan {
  /** The end of the span, exclusive, in milliseconds since the epoch. */
  readonly endsMs: number;
  readonly rows: number;
  /** Bytes of content, in rows and in objects. */
  readonly bytes: number;
}

/**
 * The rows of an indexed store, in a table that answers for many keys at once: D1, DynamoDB, memory. Single rows change
 * atomically; nothing else is asked of the table. Trouble is a `StoreError`: whether a write that threw took effect is unknown. A
 * call whose signal has aborted throws the signal's reason and changes nothing.
 */
export interface BlobIndex {
  /** The most bytes that a row's content and references may take: the sum of the content and of `referenceBytes` of each. */
  readonly maxRowBytes: number;

  /**
   * The rows of `keys`, in one round trip, or as few as the table admits. A row that stands alone and whose lease is due is given
   * only once the renewal has found it in place; one that relies on others may be renewed, after them and by
   * `referencesRenewal`, to the earliest end among their leases, if all of them are there and the table can tell in the same round
   * trip; otherwise it comes with the lease it has.
   */
  lookUp(keys: readonly RowKey[], how: LookUp, signal: AbortSignal): Promise<Found>;

  /**
   * Puts a row in place. Where the key has one already, "last" replaces it, and "first" keeps that, and extends its lease to at least
   * the new one's if it stands alone. The row that is there now, without content and references.
   */
  commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row>;

  /** Extends leases to at least `untilMs`, of rows that are still in place; never shortens one. Those rows' keys. */
  renew(rows: readonly Row[], untilMs: number, signal: AbortSignal): Promise<ReadonlySet<RowKey>>;

  /** Removes rows whose upload and lease are still as given. Those rows' keys. */
  remove(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<RowKey>>;

  /** Up to `limit` rows whose leases ended before, the longest ended first where the table knows an order. */
  expired(endedBeforeMs: number, limit: number, signal: AbortSignal): Promise<readonly Row[]>;

  /** All rows, by the span of `spanMs` in which their leases end, the earliest first. */
  leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]>;
}
