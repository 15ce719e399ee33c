import { MemoryBlobIndex } from "../../support/memory-blob-index.ts";
import type { BlobIndex, FullRow, Row } from "../../../shared/stores/indexed/blob-index.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { VirtualTime } from "./virtual-time.ts";

export type Rows = ReadonlyMap<RowKey, FullRow>;

interface State {
  readonly fromMs: number;
  readonly rows: Rows;
}

export interface TableOptions {
  readonly time: VirtualTime;
  /** All keys that rows may have. */
  readonly keys: readonly RowKey[];
  /** Whether a look-up renews rows that rely on others. */
  readonly joins: boolean;
  /** How old an answer may be, where that is allowed. */
  readonly stalenessMs: number;
  /** Is told of each row that is removed. */
  readonly onRemoved: (row: Row) => void;
}

const { signal } = new AbortController();

/** The table behind an index: its rows now, and what they were. */
export class Table {
  readonly index: MemoryBlobIndex;
  readonly stalenessMs: number;
  readonly #time: VirtualTime;
  readonly #keys: readonly RowKey[];
  readonly #onRemoved: (row: Row) => void;
  /** The newest comes last. */
  readonly #states: State[] = [{ fromMs: -Infinity, rows: new Map() }];

  constructor({ time, keys, joins, stalenessMs, onRemoved }: TableOptions) {
    this.index = new MemoryBlobIndex({ joins });
    this.stalenessMs = stalenessMs;
    this.#time = time;
    this.#keys = keys;
    this.#onRemoved = onRemoved;
  }

  get rows(): Rows {
    return this.#states.at(-1)?.rows ?? new Map();
  }

  /** Does something that may change rows. */
  async change<T>(work: (index: BlobIndex) => Promise<T>): Promise<T> {
    const result = await work(this.index);
    const { rows } = await this.index.lookUp(
      this.#keys,
      { contents: true, consistent: true },
      signal,
    );
    for (const row of this.rows.values()) if (!rows.has(row.key)) this.#onRemoved(row);
    this.#states.push({ fromMs: this.#time.nowMs, rows });
    return result;
  }

  /** An index of the rows as they were. */
  async asOf(ms: number): Promise<BlobIndex> {
    const index = new MemoryBlobIndex();
    const state = this.#states.findLast(({ fromMs }) => fromMs <= ms) ?? this.#states[0];
    for (const row of state?.rows.values() ?? []) await index.commit(row, "last", signal);
    return index;
  }

  /** The rows that have been as they are since then, all the time. */
  unchangedSince(ms: number): readonly FullRow[] {
    const since = this.#states.filter((_, at) => (this.#states[at + 1]?.fromMs ?? Infinity) > ms);
    return [...this.rows.values()].filter(({ key, upload, leaseEndsMs }) =>
      since.every(({ rows }) => {
        const row = rows.get(key);
        return row?.upload === upload && row.leaseEndsMs === leaseEndsMs;
      }),
    );
  }
}
