import type { DigestFunction } from "../../digest/digest-function.ts";
import type { Hasher, Hashers } from "../../digest/hasher.ts";
import type { InstanceName } from "../../digest/instance-name.ts";

/** What a table is asked for: 256 bits, as eight words. */
export type Key = Uint32Array;

export interface KeysOptions {
  /** What is kept: names may be the same in all of these. */
  readonly kind: "blob" | "action" | "chunks";
  /** Random numbers of one store, which nobody outside it knows. */
  readonly seed: readonly number[];
  readonly hashers: Hashers;
}

/** What a blob or an action result is called. */
interface Name {
  readonly function: DigestFunction;
  readonly hash: string;
}

const WORDS = 8;
const HEX_PER_WORD = 8;

/**
 * Keys for names. A hash of 256 bits is a fine key already, so it is only moved into a space of its own for each kind, instance and
 * function, by exclusive or with a hash of these; other hashes are hashed to 256 bits first. Clients choose the hashes of actions, but do
 * not know the seed: so none can choose one whose key is that of something else.
 */
export class Keys {
  readonly #options: KeysOptions;
  readonly #spaces = new Map<string, Key>();

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  async of(name: Name, instanceName: InstanceName): Promise<Key> {
    const space = await this.#space(name.function, instanceName);
    const is256Bits = name.hash.length === WORDS * HEX_PER_WORD;
    const key = wordsOf(is256Bits ? name.hash : await this.#sha256(name.hash));
    for (let word = 0; word < WORDS; word++) key[word] = (key[word] ?? 0) ^ (space[word] ?? 0);
    return key;
  }

  async #space(name: DigestFunction, instanceName: InstanceName): Promise<Key> {
    const { kind, seed } = this.#options;
    const label = `${seed.join()}\n${kind}\n${name}\n${instanceName}`;
    let space = this.#spaces.get(label);
    if (space === undefined) {
      space = wordsOf(await this.#sha256(label));
      // Instance names come from clients: what is remembered of them must not grow without bound.
      if (this.#spaces.size >= MAX_SPACES) this.#spaces.clear();
      this.#spaces.set(label, space);
    }
    return space;
  }

  async #sha256(text: string): Promise<string> {
    const bytes = new TextEncoder().encode(text);
    const hasher: Hasher = this.#options.hashers.create("sha256", bytes.byteLength);
    hasher.update(bytes);
    return await hasher.finish();
  }
}

const MAX_SPACES = 1000;

function wordsOf(hex: string): Key {
  const words = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word++) {
    words[word] = Number.parseInt(hex.slice(word * HEX_PER_WORD, (word + 1) * HEX_PER_WORD), 16);
  }
  return words;
}
