import type {
  BlobIndex,
  Found,
  FullRow,
  LeaseSpan,
  LookUp,
  Row,
} from "../../../shared/stores/indexed/blob-index.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { Machine } from "./machine.ts";
import type { Table } from "./table.ts";
import type { Wire } from "./wire.ts";

export interface FaultyIndexOptions {
  readonly wire: Wire;
  readonly table: Table;
  readonly machine: Machine;
  /** The longest that a request takes to have its effect. */
  readonly withinMs: number;
  /** Whether one request does all of a call, at once; otherwise one reads, and one for each row writes. */
  readonly isOneStep: boolean;
}

/** What requests are aborted by is the wire's to know. */
const { signal: never } = new AbortController();

/** A table as one machine reaches it. */
export class FaultyIndex implements BlobIndex {
  readonly maxRowBytes: number;
  readonly #options: FaultyIndexOptions;

  constructor(options: FaultyIndexOptions) {
    this.#options = options;
    this.maxRowBytes = options.table.index.maxRowBytes;
  }

  async lookUp(keys: readonly RowKey[], how: LookUp, signal: AbortSignal): Promise<Found> {
    const { table, wire, isOneStep } = this.#options;
    const isStale = !how.consistent && wire.random.chance(wire.faults.stale);
    if (isOneStep && !isStale) {
      const send = (index: BlobIndex): Promise<Found> => index.lookUp(keys, how, never);
      return await this.#change("look up", send, signal);
    }
    const { renewal, ...read } = how;
    const found = await this.#send(
      isStale ? "look up, late" : "read",
      async () => {
        const index = isStale ? await this.#past() : table.index;
        return await index.lookUp(keys, read, never);
      },
      signal,
    );
    const rows = new Map<RowKey, FullRow>();
    const renewed = [...found.rows.values()].map(async (row) => {
      const isDue = renewal !== undefined && row.standsAlone && row.leaseEndsMs < renewal.dueMs;
      if (!isDue) return row;
      const inPlace = await this.renew([row], renewal.untilMs, signal);
      return inPlace.has(row.key) ? { ...row, leaseEndsMs: renewal.untilMs } : undefined;
    });
    for (const row of await Promise.all(renewed)) if (row !== undefined) rows.set(row.key, row);
    return { rows, consistent: !isStale };
  }

  async commit(row: FullRow, wins: "first" | "last", signal: AbortSignal): Promise<Row> {
    return await this.#change("commit", (index) => index.commit(row, wins, never), signal);
  }

  async renew(
    rows: readonly Row[],
    untilMs: number,
    signal: AbortSignal,
  ): Promise<ReadonlySet<RowKey>> {
    return await this.#byRow(rows, async (some) => {
      const send = (index: BlobIndex): Promise<ReadonlySet<RowKey>> =>
        index.renew(some, untilMs, never);
      return await this.#change("renew", send, signal);
    });
  }

  async remove(rows: readonly Row[], signal: AbortSignal): Promise<ReadonlySet<RowKey>> {
    return await this.#byRow(rows, async (some) => {
      const send = (index: BlobIndex): Promise<ReadonlySet<RowKey>> => index.remove(some, never);
      return await this.#change("remove", send, signal);
    });
  }

  async expired(
    endedBeforeMs: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    const effect = async (): Promise<readonly Row[]> =>
      await (await this.#maybePast()).expired(endedBeforeMs, limit, never);
    return await this.#send("expired", effect, signal);
  }

  async leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]> {
    const effect = async (): Promise<readonly LeaseSpan[]> =>
      await (await this.#maybePast()).leases(spanMs, never);
    return await this.#send("leases", effect, signal);
  }

  async #maybePast(): Promise<BlobIndex> {
    const { table, wire } = this.#options;
    return wire.random.chance(wire.faults.stale) ? await this.#past() : table.index;
  }

  async #past(): Promise<BlobIndex> {
    const { table, wire } = this.#options;
    return await table.asOf(wire.time.nowMs - wire.delay(table.stalenessMs));
  }

  /** All rows in one request, or each in one of its own. */
  async #byRow(
    rows: readonly Row[],
    send: (rows: readonly Row[]) => Promise<ReadonlySet<RowKey>>,
  ): Promise<ReadonlySet<RowKey>> {
    if (this.#options.isOneStep) return await send(rows);
    const sent = await Promise.all(rows.map(async (row) => await send([row])));
    return new Set(sent.flatMap((keys) => [...keys]));
  }

  async #change<T>(
    name: string,
    work: (index: BlobIndex) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return await this.#send(name, async () => await this.#options.table.change(work), signal);
  }

  async #send<T>(name: string, effect: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { wire, machine, withinMs } = this.#options;
    return await wire.send({ name, from: machine, withinMs, signal, effect });
  }
}
