import type { InstanceName } from "../digest/instance-name.ts";
import type { ActionEntry, ActionName } from "./action-store.ts";
import { isPurgedBy, type PurgeRule } from "./purge-rule.ts";

/** Rules to hold entries against, at no cost for those that are newer than all of them. */
export class PurgeRules {
  readonly #rules: readonly PurgeRule[];
  readonly #latestMs: number;

  constructor(rules: readonly PurgeRule[]) {
    this.#rules = rules;
    this.#latestMs = Math.max(0, ...rules.map(({ beforeMs }) => beforeMs));
  }

  /** The rule by which an entry is purged; `undefined` where it is not. */
  find(
    entry: Pick<ActionEntry, "provenance">,
    name: Pick<ActionName, "hash">,
    instanceName: InstanceName,
  ): PurgeRule | undefined {
    if (this.#rules.length === 0) return undefined;
    if ((entry.provenance?.writtenMs ?? 0) >= this.#latestMs) return undefined;
    return this.#rules.find((rule) => isPurgedBy(rule, entry, name, instanceName));
  }
}
