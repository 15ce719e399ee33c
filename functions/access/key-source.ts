import type { KeySet } from "./key-set.ts";

/** Where the keys of an issuer come from. Its methods throw UNAVAILABLE where there are none at the moment. */
export interface KeySource {
  /** The keys that tokens are checked with. */
  current(): Promise<KeySet>;
  /** Looks for newer keys than those, which did not fit a token; the same where there are none, or it is too soon to look again. */
  newerThan(keys: KeySet): Promise<KeySet>;
}

export function fixedKeys(keys: KeySet): KeySource {
  return { current: async () => keys, newerThan: async () => keys };
}
