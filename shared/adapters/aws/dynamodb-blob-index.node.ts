import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Clock } from "../../clock.ts";
import { mapConcurrently } from "../../concurrent.ts";
import { limits } from "../../limits.ts";
import type {
  BlobIndex,
  Found,
  FullRow,
  LeaseSpan,
  LookUp,
  Row,
} from "../../stores/indexed/blob-index.ts";
import { LeaseCounts } from "../../stores/indexed/lease-counts.ts";
import type { RowKey } from "../../stores/indexed/row-key.ts";
import { checkRowFits, withoutContent } from "../../stores/indexed/row-size.ts";
import { StoreError } from "../../stores/store-error.ts";
import type { Meter } from "../../telemetry/meter.ts";
import { AwsResource } from "./aws-resource.node.ts";
import { batchGet } from "./batch-get.node.ts";
import { ItemLife } from "./item-life.ts";
import { bareAttributes, expiresOf, fullRowOf, rowOf } from "./row-item.node.ts";
import { RowScans } from "./row-scans.node.ts";
import { RowWrites } from "./row-writes.node.ts";

export interface DynamoBlobIndexOptions {
  /** As `createDynamoClient` makes it. */
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Clock;
  /** How long sweeps keep what nobody uses after its lease has ended. */
  readonly keepMs: number;
  /** Counts the leases that are renewed; left out, nobody wants to know. */
  readonly meter?: Meter | undefined;
}

/** How often a commit looks for its place while other rows come and go there. */
const COMMIT_ATTEMPTS = 5;

/**
 * Rows in a DynamoDB table. Look-ups do not renew rows that rely on others: the table cannot tell in the same round trip whether
 * those are there.
 */
export class DynamoBlobIndex implements BlobIndex {
  /** An item has 400 KiB at most, and each KiB is billed with every write: nobody wants rows that are nearly as large. */
  readonly maxRowBytes: number = 256 * 1024;
  readonly #table: AwsResource<DynamoDBClient>;
  readonly #life: ItemLife;
  readonly #writes: RowWrites;
  readonly #scans: RowScans;
  readonly #leases: LeaseCounts;

  constructor({ client, table, clock, keepMs, meter }: DynamoBlobIndexOptions) {
    this.#table = new AwsResource("table", table, client);
    this.#life = new ItemLife(clock, keepMs);
    this.#writes = new RowWrites(this.#table, this.#life);
    this.#scans = new RowScans(this.#table);
    this.#leases = new LeaseCounts(meter);
  }

  async lookUp(keys: readonly RowKey[], how: LookUp, signal: AbortSignal): Promise<Found> {
    signal.throwIfAborted();
    const { renewal, consistent } = how;
    const rows = await this.#read(keys, how, signal);
    if (renewal === undefined) return { rows, consistent };
    const due = [...rows.values()].filter(
      ({ standsAlone, leaseEndsMs }) => standsAlone && leaseEndsMs < renewal.dueMs,
    );
    const extended = await this.#extend(due, renewal.untilMs, signal);
    const found = new Map(rows);
    const lost: RowKey[] = [];
    for (const row of due) {
      if (extended.has(row)) {
        found.set(row.key, { ...row, leaseEndsMs: renewal.untilMs });
      } else {
        found.delete(row.key);
        lost.push(row.key);
      }
    }
    if (lost.length === 0) return { rows: found, consistent };
    // Somebody else has renewed, replaced or removed those since they were read.
    const again = await this.lookUp(lost, { ...how, consistent: true }, signal);
    return { rows: new Map([...found, ...again.rows]), consistent };
  }

  async commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row> {
    signal.throwIfAborted();
    checkRowFits(row, this);
    if (wins === "last") {
      await this.#writes.put(row, signal);
      return withoutContent(row);
    }
    for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
      if (await this.#writes.putFirst(row, signal)) return withoutContent(row);
      const extended = await this.#writes.extendAny(row.key, row.leaseEndsMs, signal);
      if (extended !== undefined) return extended;
      // Its lease is as long already, or it has gone in the meantime.
      const how = { contents: false, consistent: true };
      const present = (await this.#read([row.key], how, signal)).get(row.key);
      if (present !== undefined) return withoutContent(present);
    }
    throw new StoreError(
      "unavailable",
      `row ${row.key} came and went ${COMMIT_ATTEMPTS} times while it was to be written`,
    );
  }

  async renew(
    rows: readonly Row[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlySet<RowKey>> {
    signal.throwIfAborted();
    const extended = await this.#extend(rows, untilMs, signal);
    const others = rows.filter((row) => !extended.has(row));
    const how = { contents: false, consistent: true };
    const now = await this.#read(
      others.map(({ key }) => key),
      how,
      signal,
    );
    // Those leases are as long already.
    const longer = others.filter(({ key, upload }) => now.get(key)?.upload === upload);
    return keysOf([...extended, ...longer]);
  }

  async remove(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<RowKey>> {
    signal.throwIfAborted();
    return keysOf(await these(rows, async (row) => await this.#writes.remove(row, signal)));
  }

  async expired(
    endedBeforeMs: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    return await this.#scans.expired(endedBeforeMs, limit, signal);
  }

  async leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]> {
    return await this.#scans.leases(spanMs, signal);
  }

  async #read(
    keys: readonly RowKey[],
    { contents, consistent }: Pick<LookUp, "contents" | "consistent">,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RowKey, FullRow>> {
    const attributes = contents ? undefined : bareAttributes;
    const goneUntil = this.#life.goneUntil();
    const items = await batchGet(this.#table, keys, { consistent, attributes }, signal);
    const rows = items
      .filter((item) => expiresOf(item) > goneUntil)
      .map((item) => (contents ? fullRowOf(item) : { ...rowOf(item), ...nothing }));
    return new Map(rows.map((row) => [row.key, row]));
  }

  /** The rows whose leases were extended. */
  async #extend<T extends Row>(
    rows: readonly T[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlySet<T>> {
    const extended = await these(
      rows,
      async (row) => await this.#writes.extend(row, untilMs, signal),
    );
    for (const row of extended) this.#leases.renewed(row);
    return new Set(extended);
  }
}

const nothing = { content: undefined, references: [] } as const;

function keysOf(rows: readonly Row[]): ReadonlySet<RowKey> {
  return new Set(rows.map(({ key }) => key));
}

/** The rows for which `write` did something; some are written at once. */
async function these<T>(
  rows: readonly T[],
  write: (row: T) => Promise<boolean>,
): Promise<readonly T[]> {
  const done = await mapConcurrently(rows, limits.storeConcurrency, write);
  return rows.filter((_, index) => done[index] === true);
}
