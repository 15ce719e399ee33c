import type { RowKey } from "../../../shared/stores/indexed/row-key.ts";
import type { Presence } from "./presence.ts";

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
  broken(presence: Presence, nowMs: number): readonly RowKey[] {
    return [...this.#owedUntilMs]
      .filter(([, endsMs]) => endsMs >= nowMs)
      .map(([key]) => key)
      .filter((key) => presence.leaseEndsMs(key) === -Infinity);
  }
}
