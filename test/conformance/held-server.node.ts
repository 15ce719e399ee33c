import { openPolicy } from "../../functions/access/simple-policy.ts";
import { Readiness } from "../../functions/handlers/readiness.ts";
import { RequestBudget } from "../../functions/interceptors/request-budget.ts";
import { compose } from "../../functions/node/compose.node.ts";
import { Listener } from "../../functions/node/listening/listener.node.ts";
import { NodeGate } from "../../functions/node/node-gate.node.ts";
import { RequestWatch } from "../../functions/telemetry/request-watch.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { limits } from "../../shared/limits.ts";
import type { Soon } from "../../shared/soon.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { overriding } from "../support/overriding.ts";
import type { Hands } from "./hands.ts";
import type { HeldStores } from "./held-stores.node.ts";

/** A server of this process, whose stores and time are in the test's hands. */
export interface HeldServer extends Disposable {
  readonly url: string;
  readonly hands: Hands;
}

export async function startHeldServer(stores: HeldStores): Promise<HeldServer> {
  const hands: Hands = { ...stores.hands, trouble: undefined };
  const report = (): void => undefined;
  const front = compose({
    ...troubled(stores, hands),
    purges: new MemoryPurgeStore(),
    transfers: undefined,
    digestFunctions: defaultFunctions,
    gate: new NodeGate(openPolicy, report),
    metrics: () => [],
    readiness: new Readiness(),
    watch: new RequestWatch([]),
    budget: new RequestBudget(limits.requestBytesInFlight),
    shutdownSignal: new AbortController().signal,
  });
  const listener = new Listener({ ...front, report });
  const url = `http://${await listener.listen("127.0.0.1", 0)}`;
  return { url, hands, [Symbol.dispose]: () => listener.destroy() };
}

/** The same stores, but for calls that come while there is trouble. What has no room can still be read. */
function troubled(
  { blobs, actions, chunkLists }: HeldStores,
  hands: Hands,
): Pick<HeldStores, "blobs" | "actions" | "chunkLists"> {
  return {
    blobs: overriding(blobs, {
      findMissing: async (...args) => await reading(hands, () => blobs.findMissing(...args)),
      get: async (...args) => await reading(hands, () => blobs.get(...args)),
      put: async (...args) => await writing(hands, () => blobs.put(...args)),
    }),
    actions: {
      ...(actions.leasesReferences === undefined
        ? {}
        : { leasesReferences: actions.leasesReferences }),
      get: async (...args) => await reading(hands, () => actions.get(...args)),
      put: async (...args) => await writing(hands, () => actions.put(...args)),
    },
    chunkLists: {
      get: async (...args) => await reading(hands, () => chunkLists.get(...args)),
      put: async (...args) => await writing(hands, () => chunkLists.put(...args)),
    },
  };
}

async function reading<T>(hands: Hands, call: () => Soon<T>): Promise<T> {
  return hands.trouble === "exhausted" ? await call() : await writing(hands, call);
}

async function writing<T>({ trouble }: Hands, call: () => Soon<T>): Promise<T> {
  if (trouble === "bewildered") throw new Error("as planned");
  if (trouble !== undefined) throw new StoreError(trouble, "as planned");
  return await call();
}
