import type { PurgeRule } from "./purge-rule.ts";

/** Where the purges in force are kept, for all who serve one cache. Trouble is a `StoreError`. */
export interface PurgeStore {
  /** Whether others than this one may add to what it has, so that what was read of it holds for some time only. */
  readonly isShared: boolean;

  /** All of them, those included that anybody has added by now, in no order. */
  list(signal: AbortSignal): Promise<readonly PurgeRule[]>;

  /** Resolves when the rule survives a crash. Adding one again changes nothing. */
  add(rule: PurgeRule, signal: AbortSignal): Promise<void>;

  /** Ends a purge; one that is not there has ended. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}
