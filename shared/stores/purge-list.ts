import type { Clock } from "../clock.ts";
import { limits } from "../limits.ts";
import { untilAborted } from "../until-aborted.ts";
import { PurgeRules } from "./purge-rules.ts";
import type { PurgeStore } from "./purge-store.ts";

/** What was read of a list last: plain data, which requests may share where they can share nothing that they wait for. */
export interface KeptPurges {
  /** How often the store was asked. */
  asks: number;
  latest?: {
    readonly ask: number;
    readonly askedMs: number;
    readonly rules: PurgeRules;
  };
}

export interface PurgeListOptions {
  readonly store: PurgeStore;
  readonly clock: Clock;
  /** Left out, the list keeps it for itself. */
  readonly kept?: KeptPurges | undefined;
}

/**
 * The purges in force, in memory. What is kept of a shared store is never older than `limits.purgeListAgeMs` when it is used, not even
 * while the store does not answer: who made a purge waits for so long, and then relies on it.
 */
export class PurgeList {
  readonly #store: PurgeStore;
  readonly #clock: Clock;
  readonly #kept: KeptPurges;
  #reading: Promise<PurgeRules> | undefined;

  constructor({ store, clock, kept = { asks: 0 } }: PurgeListOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#kept = kept;
  }

  /** At once where they are known. Throws the store's trouble. */
  current(signal: AbortSignal): PurgeRules | Promise<PurgeRules> {
    const { latest } = this.#kept;
    if (latest !== undefined && this.#holds(latest.askedMs)) return latest.rules;
    this.#reading ??= this.refresh().finally(() => (this.#reading = undefined));
    return untilAborted(this.#reading, signal);
  }

  /** Reads them again, with everything that has been added by now. */
  async refresh(): Promise<PurgeRules> {
    const ask = ++this.#kept.asks;
    const askedMs = this.#clock.now();
    // What several wait for goes on when one of them is gone.
    const rules = new PurgeRules(await this.#store.list(new AbortController().signal));
    // An answer to who asked later knows more.
    if (ask > (this.#kept.latest?.ask ?? 0)) this.#kept.latest = { ask, askedMs, rules };
    return rules;
  }

  #holds(askedMs: number): boolean {
    if (!this.#store.isShared) return true;
    const ageMs = this.#clock.now() - askedMs;
    return ageMs >= 0 && ageMs < limits.purgeListAgeMs;
  }
}
