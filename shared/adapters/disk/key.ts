import type { DigestFunction } from "../../digest/digest-function.ts";
import type { HashWords } from "../../digest/hash-words.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { whenKnown } from "../../soon.ts";
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
  /** The hash, where it has 256 bits and was read as words. */
  readonly hashWords?: HashWords;
}

export const KEY_WORDS = 8;
const HEX_PER_WORD = 8;
const HEX = KEY_WORDS * HEX_PER_WORD;

/** Instance names come from clients: what is remembered of them must not grow without bound. */
const MAX_INSTANCES = 1000;

/**
 * Keys for names. A hash of 256 bits is a fine key already, so it is only moved into a space of its own for each kind, instance and
 * function, by exclusive or with a hash of these; other hashes are hashed to 256 bits first. Clients choose the hashes of actions, but do
 * not know the seed: so none can choose one whose key is that of something else.
 */
export class Keys {
  readonly #options: KeysOptions;
  readonly #spaces = new Map<InstanceName, Map<DigestFunction, Key>>();
  /** The space that was asked for last: the digests of a request have one. */
  #last:
    | {
        readonly instanceName: InstanceName;
        readonly function: DigestFunction;
        readonly space: Key;
      }
    | undefined;

  constructor(options: KeysOptions) {
    this.#options = options;
  }

  /** At once for hashes of 256 bits in a space that is known. */
  of(name: Name, instanceName: InstanceName): Key | Promise<Key> {
    const space = this.#spaceOf(instanceName, name.function);
    if (space === undefined) return this.#ofNewSpace(name, instanceName);
    if (name.hashWords !== undefined) return moveWords(name.hashWords, space, noKey(), 0);
    if (name.hash.length === HEX) return moved(name.hash, space);
    return this.#ofOtherHash(name.hash, space);
  }

  /** Puts the keys of some names into `into`, one behind the other: a request may have thousands. At once where all are. */
  fill(
    names: readonly Name[],
    instanceName: InstanceName,
    into: Uint32Array,
  ): void | Promise<void> {
    const [first] = names;
    if (first === undefined) return undefined;
    if (this.#spaceOf(instanceName, first.function) === undefined) {
      return this.#fillInNewSpace(first, names, instanceName, into);
    }
    let later: Promise<void>[] | undefined;
    let at = 0;
    for (const name of names) {
      const space = this.#spaceOf(instanceName, name.function);
      if (space !== undefined && name.hashWords !== undefined) {
        moveWords(name.hashWords, space, into, at);
      } else {
        const begin = at;
        const put = whenKnown(this.of(name, instanceName), (key) => into.set(key, begin));
        if (put instanceof Promise) (later ??= []).push(put);
      }
      at += KEY_WORDS;
    }
    return later && Promise.all(later).then(() => undefined);
  }

  /** Makes the space by the first name: the others have it too. */
  async #fillInNewSpace(
    first: Name,
    names: readonly Name[],
    instanceName: InstanceName,
    into: Uint32Array,
  ): Promise<void> {
    await this.of(first, instanceName);
    await this.fill(names, instanceName, into);
  }

  #spaceOf(instanceName: InstanceName, name: DigestFunction): Key | undefined {
    const last = this.#last;
    if (last?.instanceName === instanceName && last.function === name) return last.space;
    const space = this.#spaces.get(instanceName)?.get(name);
    if (space !== undefined) this.#last = { instanceName, function: name, space };
    return space;
  }

  async #ofNewSpace(name: Name, instanceName: InstanceName): Promise<Key> {
    const { kind, seed } = this.#options;
    const label = `${seed.join()}\n${kind}\n${name.function}\n${instanceName}`;
    const space = moved(await this.#sha256(label), noKey());
    if (this.#spaces.size >= MAX_INSTANCES) this.#spaces.clear();
    const spaces = this.#spaces.get(instanceName) ?? new Map<DigestFunction, Key>();
    this.#spaces.set(instanceName, spaces.set(name.function, space));
    return await this.of(name, instanceName);
  }

  async #ofOtherHash(hash: string, space: Key): Promise<Key> {
    return moved(await this.#sha256(hash), space);
  }

  async #sha256(text: string): Promise<string> {
    return await this.#options.hashers.hash("sha256", new TextEncoder().encode(text));
  }
}

/** Memory for a key. */
function noKey(): Key {
  return new Uint32Array(KEY_WORDS);
}

function moveWords({ words, at }: HashWords, space: Key, into: Uint32Array, begin: number): Key {
  for (let word = 0; word < KEY_WORDS; word++) {
    into[begin + word] = (words[at + word] ?? 0) ^ (space[word] ?? 0);
  }
  return into;
}

/** The words that 64 hexadecimal digits are, moved into a space. */
function moved(hex: string, space: Key): Key {
  const into = noKey();
  let at = 0;
  for (let word = 0; word < KEY_WORDS; word++) {
    let bits = 0;
    for (const end = at + HEX_PER_WORD; at < end; at++) {
      bits = (bits << 4) | digitOf(hex.codePointAt(at) ?? 0);
    }
    into[word] = bits ^ (space[word] ?? 0);
  }
  return into;
}

/** The value of a lower-case hexadecimal digit: `a` to `f` have bit 6 in their code, and 1 to 6 in its last bits. */
function digitOf(code: number): number {
  return (code & 0xf) + (code >>> 6) * 9;
}
