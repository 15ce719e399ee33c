import {
  type BlobIndex,
  type Found,
  type FullRow,
  type LeaseSpan,
  type LookUp,
  referencesRenewal,
  type Renewal,
  type Row,
} from "../../stores/indexed/blob-index.ts";
import { LeaseCounts } from "../../stores/indexed/lease-counts.ts";
import { isBlobKey, type RowKey } from "../../stores/indexed/row-key.ts";
import { StoreError } from "../../stores/store-error.ts";
import type { Meter } from "../../telemetry/meter.ts";
import { untilAborted } from "../../until-aborted.ts";
import {
  lastRowsOf,
  type Parameter,
  type Queried,
  type Query,
  resultsOf,
} from "./d1-queries.workerd.ts";
import { Gathered } from "./gathered.workerd.ts";
import { jsonArrays } from "./json-arrays.ts";
import {
  type FullRowColumns,
  fullRowOf,
  parametersOf,
  type RowColumns,
  rowOf,
  type SpanColumns,
} from "./row-columns.ts";
import * as sql from "./row-statements.ts";

export interface D1BlobIndexOptions {
  /**
   * Whether look-ups that may lag ask the nearest replica first, and the primary only where what the replica knows is not enough. It
   * pays where builds are far from the database and its read replication is on; elsewhere it adds a round trip to uploads.
   */
  readonly readsReplicas?: boolean;
  /** Counts the leases that are renewed; left out, nobody wants to know. */
  readonly meter?: Meter;
}

/** What the index needs of a database. */
interface Database extends Queried {
  withSession(constraint: D1SessionConstraint): Queried;
}

/** Content is sent as hexadecimal digits, and a text has at most 2 MB. */
const MAX_ROW_BYTES = 960 * 1024;

/**
 * The rows of an indexed store in D1, in the table that infra/cloudflare/migrations makes. A call is one round trip for each 20 000
 * keys or so, of one to three statements: a Worker may run 50 in one invocation on the Free plan, and 1000 on the paid one.
 * Reads of contents and commits of blobs that are made in one turn share theirs, so that an index is for one request. Every request
 * may take effect twice, so that lost ones are made again.
 */
export class D1BlobIndex implements BlobIndex {
  readonly maxRowBytes: number = MAX_ROW_BYTES;
  readonly #db: Database;
  readonly #readsReplicas: boolean;
  readonly #leases: LeaseCounts;
  readonly #reads: Gathered<Read, Found>;
  readonly #firstCommits: Gathered<FullRow, Row | undefined>;

  constructor(db: Database, { readsReplicas = false, meter }: D1BlobIndexOptions = {}) {
    this.#db = db;
    this.#readsReplicas = readsReplicas;
    this.#leases = new LeaseCounts(meter);
    this.#reads = new Gathered((reads) => this.#read(reads));
    this.#firstCommits = new Gathered((rows) => this.#commitFirst(rows));
  }

  async lookUp(keys: readonly RowKey[], how: LookUp, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted();
    if (this.#readsReplicas && !how.consistent) {
      const replica = this.#db.withSession("first-unconstrained");
      const rows = await this.#rowsIn(replica, keys, { contents: how.contents }, signal);
      // What a replica says of a blob's lease was true once, and such a lease only grows.
      const isEnough = keys.every((key) => isSettled(rows.get(key), how.renewal));
      if (isEnough) return { rows, consistent: false };
    }
    if (how.contents && how.renewal !== undefined) {
      return await untilAborted(this.#reads.add({ keys, renewal: how.renewal }), signal);
    }
    return { rows: await this.#rowsIn(this.#db, keys, how, signal), consistent: true };
  }

  async commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row> {
    signal.throwIfAborted();
    const present =
      wins === "first"
        ? await untilAborted(this.#firstCommits.add(row), signal)
        : await this.#commitLast(row, signal);
    if (present === undefined) throw new StoreError("corrupt", `D1 kept no row for ${row.key}`);
    return present;
  }

  async renew(
    rows: readonly Row[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlySet<RowKey>> {
    const given = rows.map(({ key, upload }) => [key, upload]);
    const renewed = await this.#change(sql.renewRows, given, [untilMs], signal);
    for (const row of rows) if (renewed.has(row.key)) this.#leases.renewed(row);
    return renewed;
  }

  async remove(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<RowKey>> {
    const given = rows.map(({ key, upload, leaseEndsMs }) => [key, upload, leaseEndsMs]);
    return await this.#change(sql.removeRows, given, [], signal);
  }

  async expired(
    endedBeforeMs: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    const query = { sql: sql.selectExpired, parameters: [endedBeforeMs, limit] };
    return (await lastRowsOf<RowColumns>(this.#db, [query], signal)).map(rowOf);
  }

  async leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]> {
    const query = { sql: sql.selectLeases, parameters: [spanMs] };
    const spans = await lastRowsOf<SpanColumns>(this.#db, [query], signal);
    return spans.map(({ ends_ms: endsMs, row_count: rows, bytes }) => ({ endsMs, rows, bytes }));
  }

  async #read(reads: readonly Read[]): Promise<(read: Read) => Found> {
    const allKeys = reads.flatMap(({ keys }) => keys);
    const renewal = {
      dueMs: Math.max(...reads.map((read) => read.renewal.dueMs)),
      untilMs: Math.max(...reads.map((read) => read.renewal.untilMs)),
    };
    const all = await this.#rowsIn(this.#db, allKeys, { contents: true, renewal }, never());
    return ({ keys }) => {
      const rows = keys.flatMap((key) => all.get(key) ?? []);
      return { rows: new Map(rows.map((row) => [row.key, row])), consistent: true };
    };
  }

  async #commitFirst(rows: readonly FullRow[]): Promise<(row: FullRow) => Row | undefined> {
    const present = new Map<RowKey, Row>();
    for (const array of jsonArrays(rows.map(parametersOf))) {
      const query = { sql: sql.commitFirst, parameters: [array] };
      for (const columns of await lastRowsOf<RowColumns>(this.#db, [query], never())) {
        present.set(columns.key, rowOf(columns));
      }
    }
    return ({ key }) => present.get(key);
  }

  async #commitLast(row: FullRow, signal: AbortSignal): Promise<Row | undefined> {
    const query = { sql: sql.commitLast, parameters: parametersOf(row) };
    const [present] = await lastRowsOf<RowColumns>(this.#db, [query], signal);
    return present && rowOf(present);
  }

  async #rowsIn(
    db: Queried,
    keys: readonly RowKey[],
    { contents, renewal }: Pick<LookUp, "contents" | "renewal">,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RowKey, FullRow>> {
    const found = new Map<RowKey, FullRow>();
    const haveReliances = !keys.every(isBlobKey);
    for (const array of jsonArrays(new Set(keys))) {
      const renewals = renewal === undefined ? [] : renewalsOf(array, renewal, haveReliances);
      const select = { sql: contents ? sql.selectFullRows : sql.selectRows, parameters: [array] };
      const results = await resultsOf<FullRowColumns>(db, [...renewals, select], signal);
      const [alone, relying] = results.slice(0, renewals.length);
      this.#leases.alone.count += alone?.meta.changes ?? 0;
      this.#leases.relying.count += relying?.meta.changes ?? 0;
      for (const row of results.at(-1)?.results ?? []) found.set(row.key, fullRowOf(row));
    }
    return found;
  }

  /** Changes the rows that are given as the statement wants them. The keys of those that it found as given. */
  async #change(
    statement: string,
    given: readonly (readonly Parameter[])[],
    others: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<RowKey>> {
    signal.throwIfAborted();
    const changed = new Set<RowKey>();
    for (const array of jsonArrays(given)) {
      const query = { sql: statement, parameters: [array, ...others] };
      const rows = await lastRowsOf<Pick<RowColumns, "key">>(this.#db, [query], signal);
      for (const { key } of rows) changed.add(key);
    }
    return changed;
  }
}

/** A look-up that brings contents. */
interface Read {
  readonly keys: readonly RowKey[];
  readonly renewal: Renewal;
}

/** What several have asked for goes on when one of them is gone. */
function never(): AbortSignal {
  return new AbortController().signal;
}

/** What renews the leases that are due: those of rows that stand alone, then of those that rely on others, if there may be such. */
function renewalsOf(array: string, renewal: Renewal, haveReliances: boolean): readonly Query[] {
  const { dueMs, untilMs } = renewal;
  if (!haveReliances) return [{ sql: sql.renewDue, parameters: [array, dueMs, untilMs] }];
  const theirDueMs = referencesRenewal(renewal).dueMs;
  return [
    { sql: sql.renewDueAndReliedOn, parameters: [array, dueMs, untilMs, theirDueMs] },
    { sql: sql.renewRelying, parameters: [array, dueMs] },
  ];
}

/** Whether the row is there, and nothing about it is to be renewed. */
function isSettled(row: FullRow | undefined, renewal: Renewal | undefined): boolean {
  return row !== undefined && (renewal === undefined || row.leaseEndsMs >= renewal.dueMs);
}
