import type { Clock } from "../../clock.ts";
import { whenKnown } from "../../soon.ts";
import type { ActionName, ActionStore, FoundAction } from "../action-store.ts";
import type { Call } from "../call.ts";
import { provenanceOf } from "../provenance.ts";
import type { PurgeList } from "../purge-list.ts";
import type { PurgeRules } from "../purge-rules.ts";

/** Notes who wrote an entry, and takes one that is purged for a miss. */
export function purgedActions(base: ActionStore, purges: PurgeList, clock: Clock): ActionStore {
  const { leasesReferences } = base;
  const getMeanwhile = async (
    name: ActionName,
    call: Call,
    reading: Promise<PurgeRules>,
  ): Promise<FoundAction | undefined> => {
    const getting = async (): Promise<FoundAction | undefined> => await base.get(name, call);
    const [rules, found] = await Promise.all([reading, getting()]);
    return unlessPurged(found, rules, name, call);
  };
  return {
    ...(leasesReferences === undefined ? {} : { leasesReferences }),
    get: (name, call) => {
      const rules = purges.current(call.signal);
      if (rules instanceof Promise) return getMeanwhile(name, call, rules);
      return whenKnown(base.get(name, call), (found) => unlessPurged(found, rules, name, call));
    },
    put: async (name, entry, call) =>
      await base.put(name, { ...entry, provenance: provenanceOf(call, clock.now()) }, call),
  };
}

function unlessPurged(
  found: FoundAction | undefined,
  rules: PurgeRules,
  name: ActionName,
  { instanceName }: Call,
): FoundAction | undefined {
  if (found === undefined) return undefined;
  return rules.find(found, name, instanceName) === undefined ? found : undefined;
}
