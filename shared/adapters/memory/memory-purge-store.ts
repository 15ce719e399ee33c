import type { PurgeRule } from "../../stores/purge-rule.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";

/** Purges in this process's memory, beside what they purge. */
export class MemoryPurgeStore implements PurgeStore {
  readonly isShared = false;
  readonly #rules = new Map<string, PurgeRule>();

  async list(signal: AbortSignal): Promise<readonly PurgeRule[]> {
    signal.throwIfAborted();
    return [...this.#rules.values()];
  }

  async add(rule: PurgeRule, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#rules.set(rule.id, rule);
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#rules.delete(id);
  }
}
