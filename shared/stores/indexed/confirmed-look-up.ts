import type { Clock } from "../../clock.ts";
import { StoreError } from "../store-error.ts";
import type { BlobIndex, FullRow, Renewal } from "./blob-index.ts";
import { type LeasePolicy, renewalAt } from "./lease-policy.ts";
import type { RowKey } from "./row-key.ts";

/** Looks rows up in a way that answers can be built on. */
export class ConfirmedLookUp {
  readonly #index: BlobIndex;
  readonly #clock: Clock;
  readonly #policy: LeasePolicy;

  constructor(index: BlobIndex, clock: Clock, policy: LeasePolicy) {
    this.#index = index;
    this.#clock = clock;
    this.#policy = policy;
  }

  /**
   * The rows that are there, each that stands alone under a lease for whoever hears of it now. One round trip; where rows are absent
   * from a look-up that may lag, a second one, consistent, for these.
   */
  async find(
    keys: readonly RowKey[],
    { contents, consistent = false, renewal = this.renewal() }: LookUpOptions,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RowKey, FullRow>> {
    signal.throwIfAborted();
    const askedMs = this.#clock.now();
    const found = await this.#index.lookUp(keys, { contents, consistent, renewal }, signal);
    const absent = found.consistent ? [] : keys.filter((key) => !found.rows.has(key));
    if (absent.length === 0) {
      this.checkInTime(askedMs);
      return found.rows;
    }
    const how = { contents, consistent: true, renewal };
    const { rows } = await this.#index.lookUp(absent, how, signal);
    this.checkInTime(askedMs);
    return new Map([...found.rows, ...rows]);
  }

  /** What is due now, and what is granted. */
  renewal(): Renewal {
    return renewalAt(this.#clock.now(), this.#policy);
  }

  /** Throws where an answer comes so late that the lease it speaks of may be too short. */
  checkInTime(askedMs: number): void {
    const tookMs = this.#clock.now() - askedMs;
    if (tookMs <= this.#policy.requestDelayMs) return;
    throw new StoreError(
      "unavailable",
      `the index or the bucket took ${tookMs} ms, longer than ${this.#policy.requestDelayMs} ms, so the answer is not relied on; try again`,
    );
  }
}

export interface LookUpOptions {
  /** Whether to bring content and references. */
  readonly contents: boolean;
  /** Whether even what is found must be up to date. */
  readonly consistent?: boolean;
  /** What is due, and what it gets: as for an answer of now, if left out. */
  readonly renewal?: Renewal;
}
