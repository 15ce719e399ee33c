import type { Clock } from "../../clock.ts";
import type { ActionStore } from "../action-store.ts";
import { provenanceOf } from "../provenance.ts";
import type { PurgeList } from "../purge-list.ts";

/** Notes who wrote an entry, and takes one that is purged for a miss. */
export function purgedActions(base: ActionStore, purges: PurgeList, clock: Clock): ActionStore {
  const { leasesReferences } = base;
  return {
    ...(leasesReferences === undefined ? {} : { leasesReferences }),
    get: async (name, call) => {
      const known = purges.current(call.signal);
      const [found, rules] =
        known instanceof Promise
          ? await Promise.all([base.get(name, call), known])
          : [await base.get(name, call), known];
      if (found === undefined) return undefined;
      return rules.find(found, name, call.instanceName) === undefined ? found : undefined;
    },
    put: async (name, entry, call) =>
      await base.put(name, { ...entry, provenance: provenanceOf(call, clock.now()) }, call),
  };
}
