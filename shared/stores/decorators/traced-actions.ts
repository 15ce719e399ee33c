import type { ActionStore } from "../action-store.ts";
import { callInSpan } from "../in-span.ts";

/** Traces each call. */
export function tracedActions(base: ActionStore): ActionStore {
  const { leasesReferences } = base;
  return {
    ...(leasesReferences === undefined ? {} : { leasesReferences }),
    get: (name, call) =>
      callInSpan(
        call,
        "ActionStore.get",
        (own) => base.get(name, own),
        (found) => ({ "hayloft.hit": found !== undefined }),
      ),
    put: (name, entry, call) =>
      callInSpan(call, "ActionStore.put", (own) => base.put(name, entry, own)),
  };
}
