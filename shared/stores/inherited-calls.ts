import { blobScopeOf, type Call } from "./call.ts";

/** Whether there is anything above a call's instance for it to read. */
export function hasAbove({ inherits }: Call): boolean {
  return inherits !== undefined && inherits.length > 0;
}

/** A call on each of the instances that it inherits from, the nearest first. */
export function callsAbove(call: Call): readonly Call[] {
  return (call.inherits ?? []).map((namespace) => ({
    ...call,
    ...namespace,
    blobScope: blobScopeOf(namespace),
    inherits: [],
  }));
}

/** The same, but one for all that share their blobs, and none for those that share the call's own. */
export function blobCallsAbove(call: Call): readonly Call[] {
  const scopes = new Map(callsAbove(call).map((above) => [blobScopeOf(above), above]));
  scopes.delete(blobScopeOf(call));
  return [...scopes.values()];
}
