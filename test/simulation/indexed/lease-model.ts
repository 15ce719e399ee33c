import { objectKeyOf } from "../../../shared/stores/indexed/object-key.ts";
import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { Bucket } from "./bucket.ts";
import type { Table } from "./table.ts";

/** The lease promise, kept by the book, in true time. */
export class LeaseModel {
  readonly #leaseMs: number;
  readonly #owedUntilMs = new Map<RowKey, number>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  /** Somebody has heard that the blob is there. */
  promised(key: RowKey, nowMs: number): void {
    this.#owedUntilMs.set(key, nowMs + this.#leaseMs);
  }

  owedUntilMs(key: RowKey): number {
    return this.#owedUntilMs.get(key) ?? -Infinity;
  }

  /** As it is now. */
  allOwedUntilMs(): ReadonlyMap<RowKey, number> {
    return new Map(this.#owedUntilMs);
  }

  /** Blobs that are owed and cannot be read. */
  broken(table: Table, bucket: Bucket, nowMs: number): readonly RowKey[] {
    return [...this.#owedUntilMs]
      .filter(([, endsMs]) => endsMs >= nowMs)
      .map(([key]) => key)
      .filter((key) => {
        const row = table.rows.get(key);
        return row === undefined || !(row.inline || bucket.names.has(objectKeyOf(row)));
      });
  }
}
