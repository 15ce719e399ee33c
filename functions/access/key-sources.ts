import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { CachedKeys } from "./cached-keys.ts";
import { discoverKeys, discoveryUrlOf, fetchKeys } from "./fetch-keys.ts";
import type { IssuerProfile, KeysPlace } from "./issuer-profile.ts";
import { type KeySet, keySetOf, parseKeySet } from "./key-set.ts";
import { fixedKeys, type KeySource } from "./key-source.ts";
import { PolicyError } from "./parse-policy.ts";
import type { JsonWebKeySetting } from "./policy.ts";

/** What keys need of the platform. */
export interface KeySurroundings {
  readonly clock: Clock;
  /** For the keys of issuers that are named by URL. */
  readonly fetch?: typeof globalThis.fetch;
  /** For keys in a file; left out where there are no files. */
  readonly readFile?: (path: string) => Promise<string>;
  /** Tells the log why keys cannot be had. */
  readonly report?: (error: unknown, where: string) => void;
}

/** How the keys of one place are loaded, and how long they are good. */
type Loading = Pick<
  ConstructorParameters<typeof CachedKeys>[0],
  "place" | "load" | "freshMs" | "staleMs"
>;

/** Where the keys of all issuers come from: one source for each place, however many settings name it. */
export class KeySources {
  readonly #surroundings: KeySurroundings;
  readonly #known = new Map<string, KeySource>();

  constructor(surroundings: KeySurroundings) {
    this.#surroundings = surroundings;
  }

  /** `where` is where the profile stands in the policy. Throws `PolicyError`. */
  of(profile: IssuerProfile, where: string): KeySource {
    if ("keys" in profile.keys) return inlineKeys(profile.keys.keys, profile, where);
    const loading = this.#loadingOf(profile.keys, where);
    const { clock, report } = this.#surroundings;
    const known = this.#known.get(loading.place);
    const source = known ?? new CachedKeys({ ...loading, issuer: profile.issuer, clock, report });
    this.#known.set(loading.place, source);
    return source;
  }

  #loadingOf(
    keys: Exclude<KeysPlace, { readonly keys: readonly JsonWebKeySetting[] }>,
    where: string,
  ): Loading {
    const { fetch, readFile } = this.#surroundings;
    if ("file" in keys) {
      const { file } = keys;
      if (readFile === undefined) {
        throw new PolicyError([`${where}.jwks.file: there are no files here; give url or keys`]);
      }
      const load = async (): Promise<KeySet> => parseKeySet(await readFile(file));
      return { place: file, load, freshMs: limits.keysFileFreshMs, staleMs: Infinity };
    }
    if (fetch === undefined) {
      throw new PolicyError([`${where}.jwks: nothing can be fetched here; give keys`]);
    }
    const ages = { freshMs: limits.keysFreshMs, staleMs: limits.keysStaleMs };
    if ("url" in keys) {
      const { url } = keys;
      return { place: url, load: async () => await fetchKeys(fetch, url), ...ages };
    }
    const { discovery } = keys;
    const load = async (): Promise<KeySet> => await discoverKeys(fetch, discovery);
    return { place: discoveryUrlOf(discovery), load, ...ages };
  }
}

function inlineKeys(
  keys: readonly JsonWebKeySetting[],
  { algorithms }: IssuerProfile,
  where: string,
): KeySource {
  const set = inlineSet(keys, where);
  if (!algorithms.some((algorithm) => set.has(algorithm))) {
    throw new PolicyError([
      `${where}.jwks.keys: none is for ${algorithms.join(", ")}; name its algorithm in algorithms`,
    ]);
  }
  return fixedKeys(set);
}

function inlineSet(keys: readonly JsonWebKeySetting[], where: string): KeySet {
  try {
    return keySetOf({ keys });
  } catch (error) {
    throw new PolicyError([
      `${where}.jwks: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}
