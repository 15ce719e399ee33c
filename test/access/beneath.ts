import { GrantedPrincipal, grantOf } from "../../functions/access/grants.ts";
import type { GrantSetting } from "../../functions/access/policy.ts";
import { namespaceOf } from "../../functions/handlers/permit.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { createServices, type Services } from "../../shared/services/services.ts";
import type { Call } from "../../shared/stores/call.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { indexedParts } from "../support/indexed.ts";
import { webHashers } from "../support/web-hashers.ts";

/** The services over stores that have leases of their own, and over those where one row answers for others. */
export const caches: Readonly<Record<string, () => Services>> = {
  memory: () => createCache(),
  "indexed stores": () =>
    createServices({
      ...createIndexedStores(indexedParts()),
      purges: new MemoryPurgeStore(),
      hashers: webHashers,
      digestFunctions: defaultFunctions,
      codecs: [],
    }),
};

/** An instance beneath `main`. */
export const PR = "main/pr-17";

/** What a policy for pull requests grants one of them. */
export const pullRequest: readonly GrantSetting[] = [
  { instance: "main", rights: ["read"] },
  { instance: PR, rights: ["read", "write"] },
];

/** A call of somebody with these grants, as handlers make it. */
export function callBy(
  grants: readonly GrantSetting[],
  instance: string,
  sharing: readonly string[] = [],
): Call {
  const tops = sharing.map((top) => parseInstanceName(top));
  const principal = new GrantedPrincipal("somebody", grants.map(grantOf), tops);
  const { signal, instanceName } = callFor(instance);
  return { ...namespaceOf(instanceName, principal.standingIn(instanceName)), signal, principal };
}
