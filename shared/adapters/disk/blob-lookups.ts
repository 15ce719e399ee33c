import { Breather } from "../../breather.ts";
import type { BlobName, Digest } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { whenKnown } from "../../soon.ts";
import { blobScopeOf, type Call } from "../../stores/call.ts";
import { blobVerifier } from "./blob-verifier.ts";
import type { Entries, Meaning } from "./entries.ts";
import type { Keys } from "./key.ts";
import { LOOKUPS, Lookups } from "./lookups.ts";

/** As many as are one step of work. */
const LOOKUPS_PER_STEP = 4;

/** Is told of a digest, what was found for it, where among the look-ups, and where among all digests. */
type See = (digest: Digest, lookups: Lookups, index: number, position: number) => void;

interface Asked {
  readonly call: Call;
  readonly see: See;
  readonly lookups: Lookups;
}

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
  lookUp(digests: readonly Digest[], call: Call, see: See): void | Promise<void> {
    // Memory of its own for each would keep the garbage collector busy.
    const lookups = this.#spare.pop() ?? new Lookups();
    const asked = { call, see, lookups };
    const looking =
      digests.length > LOOKUPS
        ? this.#lookUpMany(digests, asked)
        : this.#lookUpSome(digests, 0, asked);
    return whenKnown(looking, () => void this.#spare.push(lookups));
  }

  async #lookUpMany(digests: readonly Digest[], asked: Asked): Promise<void> {
    const breather = new Breather();
    for (let first = 0; first < digests.length; first += LOOKUPS) {
      const pause = first > 0 ? breather.after(LOOKUPS / LOOKUPS_PER_STEP) : undefined;
      if (pause !== undefined) await pause;
      const looking = this.#lookUpSome(digests.slice(first, first + LOOKUPS), first, asked);
      if (looking !== undefined) await looking;
    }
  }

  /** Looks for those that are looked up together, which begin at `first` among all. */
  #lookUpSome(digests: readonly Digest[], first: number, asked: Asked): void | Promise<void> {
    const { call, lookups } = asked;
    lookups.count = digests.length;
    const filling = this.#keys.fill(digests, blobScopeOf(call), lookups.keys);
    return whenKnown(filling, () => this.#find(digests, first, asked));
  }

  #find(digests: readonly Digest[], first: number, { see, lookups }: Asked): void {
    this.#store.useAll(lookups, (index) => {
      const digest = digests[index];
      if (digest === undefined) throw new RangeError(`no digest ${first + index}`);
      return meaningOf(digest, this.#hashers);
    });
    let index = 0;
    for (const digest of digests) {
      see(digest, lookups, index, first + index);
      index += 1;
    }
  }
}

/** How the bytes of a blob are checked when it is copied. */
export function meaningOf(name: BlobName, hashers: Hashers): Meaning {
  return { name, verifier: (length) => blobVerifier(hashers, name, length) };
}
