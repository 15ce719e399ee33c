import { type Digest, parseHash } from "../digest/digest.ts";
import { parseInstanceName } from "../digest/instance-name.ts";
import type { ActionStore } from "./action-store.ts";
import type { BlobStore } from "./blob-store.ts";
import { type Call, powerless } from "./call.ts";

/** Something cheap that a store can be asked, whose answer does not matter, but that there is one. */
export interface StoreProbe {
  /** What the store is called, for whoever watches over the server. */
  readonly store: string;
  /** Throws the store's trouble. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
}

/** Asks both for what is not there, so that nothing is read, and no lease is extended. */
export function storeProbes({
  blobs,
  actions,
}: {
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
}): readonly StoreProbe[] {
  return [
    { store: "blobs", ask: async (signal) => await blobs.findMissing([absent], callFor(signal)) },
    { store: "actions", ask: async (signal) => await actions.get(absent, callFor(signal)) },
  ];
}

/** What nobody will ever have: no bytes are known that have this hash. */
const absent: Digest = {
  function: "sha256",
  hash: parseHash("sha256", "0".repeat(64), "absent"),
  sizeBytes: 1,
};

/** The server itself: stores ask for no rights. */
const ourselves = powerless("hayloft");

function callFor(signal: AbortSignal): Call {
  return { instanceName: parseInstanceName(""), principal: ourselves, signal };
}
