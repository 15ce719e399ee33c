import {
  type BlobIndex,
  type Found,
  type FullRow,
  type LeaseSpan,
  type LookUp,
  referencesRenewal,
  type Renewal,
  type Row,
} from "../../shared/stores/indexed/blob-index.ts";
import { LeaseSpans } from "../../shared/stores/indexed/lease-spans.ts";
import type { RowKey } from "../../shared/stores/indexed/row-key.ts";
import { checkRowFits, withoutContent } from "../../shared/stores/indexed/row-size.ts";

export interface MemoryBlobIndexOptions {
  readonly maxRowBytes?: number;
  /** Whether a look-up also renews rows that rely on others, as in D1; without, it is as in DynamoDB. */
  readonly joins?: boolean;
  /** Whether look-ups say that they may lag unless they must not, as in DynamoDB; they never do. */
  readonly lags?: boolean;
}

const DEFAULT_MAX_ROW_BYTES = 64 * 1024;

/**
 * Rows in this process's memory: the reference implementation of the port, for tests and simulations. Exact, and bounded by
 * nothing but memory. Every call takes effect in one step, when it is made.
 */
export class MemoryBlobIndex implements BlobIndex {
  readonly maxRowBytes: number;
  readonly #joins: boolean;
  readonly #lags: boolean;
  /** Rows are replaced, never changed: what was given stays as it was. */
  readonly #rows = new Map<RowKey, FullRow>();
  #rowsWritten = 0;

  constructor(options: MemoryBlobIndexOptions = {}) {
    const { maxRowBytes = DEFAULT_MAX_ROW_BYTES, joins = true, lags = false } = options;
    this.maxRowBytes = maxRowBytes;
    this.#joins = joins;
    this.#lags = lags;
  }

  /** Rows that calls have put in place, extended or removed, for tests of what they would cost. */
  get rowsWritten(): number {
    return this.#rowsWritten;
  }

  async lookUp(
    keys: readonly RowKey[],
    { contents, consistent, renewal }: LookUp,
    signal: AbortSignal,
  ): Promise<Found> {
    signal.throwIfAborted();
    if (renewal !== undefined) this.#renewDue(new Set(keys), renewal);
    const rows = new Map<RowKey, FullRow>();
    for (const key of keys) {
      const row = this.#rows.get(key);
      if (row === undefined) continue;
      rows.set(key, contents ? row : { ...row, content: undefined, references: [] });
    }
    return { rows, consistent: consistent || !this.#lags };
  }

  async commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row> {
    signal.throwIfAborted();
    checkRowFits(row, this);
    const present = this.#rows.get(row.key);
    if (present !== undefined && wins === "first") {
      const kept = present.standsAlone ? this.#extend(present, row.leaseEndsMs) : present;
      return withoutContent(kept);
    }
    // Copies: the content may be a view of a whole request.
    this.#write({ ...row, content: row.content?.slice(), references: [...row.references] });
    return withoutContent(row);
  }

  async renew(
    rows: readonly Row[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlySet<RowKey>> {
    signal.throwIfAborted();
    const inPlace = new Set<RowKey>();
    for (const { key, upload } of rows) {
      const row = this.#rows.get(key);
      if (row?.upload !== upload) continue;
      this.#extend(row, untilMs);
      inPlace.add(key);
    }
    return inPlace;
  }

  async remove(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<RowKey>> {
    signal.throwIfAborted();
    const removed = new Set<RowKey>();
    for (const { key, upload, leaseEndsMs } of rows) {
      const row = this.#rows.get(key);
      if (row?.upload !== upload || row.leaseEndsMs !== leaseEndsMs) continue;
      this.#rows.delete(key);
      this.#rowsWritten += 1;
      removed.add(key);
    }
    return removed;
  }

  async expired(
    endedBeforeMs: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    signal.throwIfAborted();
    return [...this.#rows.values()]
      .filter(({ leaseEndsMs }) => leaseEndsMs < endedBeforeMs)
      .toSorted((one, other) => one.leaseEndsMs - other.leaseEndsMs)
      .slice(0, limit)
      .map(withoutContent);
  }

  async leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]> {
    signal.throwIfAborted();
    const spans = new LeaseSpans(spanMs);
    for (const row of this.#rows.values()) spans.add(row);
    return spans.inOrder();
  }

  /** What stands alone comes first, so that what relies on it finds it renewed. */
  #renewDue(keys: ReadonlySet<RowKey>, renewal: Renewal): void {
    const rows = [...keys].flatMap((key) => this.#rows.get(key) ?? []);
    for (const row of rows) if (row.standsAlone) this.#renewIfDue(row, renewal);
    if (!this.#joins) return;
    for (const row of rows) if (!row.standsAlone) this.#renewWithOthers(row, renewal);
  }

  #renewIfDue(row: FullRow, { dueMs, untilMs }: Renewal): FullRow {
    return row.leaseEndsMs < dueMs ? this.#extend(row, untilMs) : row;
  }

  #renewWithOthers(row: FullRow, renewal: Renewal): void {
    const others = row.leaseEndsMs < renewal.dueMs ? this.#othersOf(row) : undefined;
    if (others === undefined) return;
    const theirs = referencesRenewal(renewal);
    let earliestMs = Infinity;
    for (const other of others) {
      const { leaseEndsMs } = other.standsAlone ? this.#renewIfDue(other, theirs) : other;
      earliestMs = Math.min(earliestMs, leaseEndsMs);
    }
    this.#extend(row, earliestMs);
  }

  /** All that a row relies on; `undefined` where something is absent, or the row does not list it. */
  #othersOf({ references }: FullRow): ReadonlySet<FullRow> | undefined {
    const others = references.flatMap(({ key, sizeBytes }) => {
      const row = this.#rows.get(key);
      return row?.sizeBytes === sizeBytes ? [row] : [];
    });
    if (others.length === 0 || others.length < references.length) return undefined;
    return new Set(others);
  }

  #extend(row: FullRow, untilMs: number): FullRow {
    if (row.leaseEndsMs >= untilMs) return row;
    return this.#write({ ...row, leaseEndsMs: untilMs });
  }

  #write(row: FullRow): FullRow {
    this.#rows.set(row.key, row);
    this.#rowsWritten += 1;
    return row;
  }
}
