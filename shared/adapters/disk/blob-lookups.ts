import { Breather } from "../../breather.ts";
import type { BlobName, Digest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { blobScopeOf, type Call } from "../../stores/call.ts";
import { blobVerifier } from "./blob-verifier.ts";
import type { Entries, Meaning } from "./entries.ts";
import type { Keys } from "./key.ts";
import { LOOKUPS, Lookups } from "./lookups.ts";

/** As many as are one step of work. */
const LOOKUPS_PER_STEP = 4;

/** Looks many blobs up. */
export class BlobLookups {
  readonly #store: Entries;
  readonly #keys: Keys;
  readonly #hashers: Hashers;
  readonly #spare: Lookups[] = [];

  constructor(options: { store: Entries; keys: Keys; hashers: Hashers }) {
    this.#store = options.store;
    this.#keys = options.keys;
    this.#hashers = options.hashers;
  }

  /** Looks for many blobs, a good number at a time, and tells `see` of each, whatever the size of what was found. */
  async lookUp(
    digests: readonly Digest[],
    call: Call,
    see: (digest: Digest, lookups: Lookups, index: number, position: number) => void,
  ): Promise<void> {
    const breather = new Breather();
    // Memory of its own for each would keep the garbage collector busy.
    const lookups = this.#spare.pop() ?? new Lookups();
    for (let first = 0; first < digests.length; first += LOOKUPS) {
      const pause = first > 0 ? breather.after(LOOKUPS / LOOKUPS_PER_STEP) : undefined;
      if (pause !== undefined) await pause;
      lookups.count = Math.min(LOOKUPS, digests.length - first);
      for (let index = 0; index < lookups.count; index++) {
        const [digest, key] = [digests[first + index], lookups.keys[index]];
        if (digest === undefined || key === undefined) continue;
        const made = this.#keys.of(digest, blobScopeOf(call), key);
        if (made instanceof Promise) key.set(await made);
      }
      this.#store.useAll(lookups, (index) => {
        const digest = digests[first + index];
        if (digest === undefined) throw new RangeError(`no digest ${first + index}`);
        return meaningOf(digest, this.#hashers);
      });
      for (let index = 0; index < lookups.count; index++) {
        const digest = digests[first + index];
        if (digest !== undefined) see(digest, lookups, index, first + index);
      }
    }
    this.#spare.push(lookups);
  }
}

/** How the bytes of a blob are checked when it is copied. */
export function meaningOf(name: BlobName, hashers: Hashers): Meaning {
  return { name, verifier: (length) => blobVerifier(hashers, name, length) };
}
