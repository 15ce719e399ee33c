import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Hashers } from "../../digest/hasher.ts";
import { decodeEntry, encodeEntry } from "../../stores/action-entry.ts";
import type {
  ActionEntry,
  ActionName,
  ActionStore,
  FoundAction,
} from "../../stores/action-store.ts";
import { type Soon, whenKnown } from "../../soon.ts";
import type { Call } from "../../stores/call.ts";
import { StoreError } from "../../stores/store-error.ts";
import type { Entries } from "./entries.ts";
import { type Key, Keys } from "./key.ts";
import type { Location } from "./location.ts";
import { RecentEntries } from "./recent-entries.ts";
import type { Verifier } from "./refresher.ts";
import { Slab } from "./slab.ts";
import { VerifiedSums } from "./verified-sums.ts";
import { readWhole, writeWhole } from "./whole-entries.ts";

const CHECKSUM_BYTES = 32;
const KEY_BYTES = 32;

export interface DiskActionStoreOptions {
  readonly store: Entries;
  readonly hashers: Hashers;
  readonly now: () => number;
  /** Stores of several kinds may share blocks. */
  readonly kind?: "action" | "chunks";
}

/**
 * Action results, or lists of chunks, on blocks of their own, each behind a checksum and its key: nothing else tells whether its bytes are
 * right.
 */
export class DiskActionStore implements ActionStore {
  readonly #store: Entries;
  readonly #hashers: Hashers;
  readonly #kind: "action" | "chunks";
  readonly #keys: Keys;
  readonly #memory = new Slab();
  readonly #verified: VerifiedSums;
  readonly #recent: RecentEntries;

  constructor({ store, hashers, now, kind = "action" }: DiskActionStoreOptions) {
    this.#store = store;
    this.#hashers = hashers;
    this.#kind = kind;
    this.#keys = new Keys({ kind, seed: store.seed, hashers });
    this.#verified = new VerifiedSums({ blockBytes: store.maxEntryBytes, now });
    this.#recent = new RecentEntries(store.maxEntryBytes);
  }

  get(name: ActionName, call: Call): Soon<FoundAction | undefined> {
    call.signal.throwIfAborted();
    return whenKnown(this.#keys.of(name, call.instanceName), (key) => this.#get(key, call));
  }

  #get(key: Key, call: Call): Soon<FoundAction | undefined> {
    const location = this.#store.use(key, { verifier: () => actionVerifier(this.#hashers, key) });
    if (location === undefined) return undefined;
    return this.#recent.find(key, location) ?? this.#read(key, location, call);
  }

  #read(key: Key, location: Location, { signal }: Call): Soon<FoundAction | undefined> {
    const record = this.#memory.take(location.length);
    return whenKnown(readWhole(this.#store, key, location, record), (isRead) => {
      if (!isRead) return undefined;
      return whenKnown(this.#isRight(record, key, location), (isRight) => {
        if (!isRight) return whenKnown(this.#store.drop(key, location), () => undefined);
        signal.throwIfAborted();
        return this.#decode(record, key, location);
      });
    });
  }

  #decode(record: Uint8Array, key: Key, location: Location): FoundAction {
    const begin = CHECKSUM_BYTES + KEY_BYTES;
    if (!this.#recent.takes(location.length)) return decodeEntry(record, begin);
    const entry = decodeEntry(record, begin, this.#recent.hashes);
    this.#recent.add(key, location, entry);
    return entry;
  }

  #isRight(record: Uint8Array, key: Key, location: Location): Soon<boolean> {
    const checksum = this.#hashers.checksum(record);
    const known = this.#verified.find(location);
    if (known !== undefined) return known === checksum && hasKey(record, key);
    return whenKnown(isSound(this.#hashers, record, key), (isRight) => {
      if (isRight) this.#verified.add(location, checksum);
      return isRight;
    });
  }

  async put(name: ActionName, entry: ActionEntry, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const key = await this.#keys.of(name, call.instanceName);
    const record = await this.#encode(key, entry);
    await writeWhole(this.#store, key, record, call.signal);
  }

  /** Where the references of a result would not fit, readers have to look for them again; a list of chunks is nothing without. */
  async #encode(key: Key, entry: ActionEntry): Promise<Uint8Array> {
    const whole = await recordOf(this.#hashers, key, entry);
    if (whole.byteLength <= this.#store.maxEntryBytes) return whole;
    if (this.#kind === "action") {
      const short = await recordOf(this.#hashers, key, { ...entry, references: undefined });
      if (short.byteLength <= this.#store.maxEntryBytes) return short;
    }
    const what =
      this.#kind === "action"
        ? `an action result of ${entry.result.byteLength} bytes`
        : `a list of ${entry.references?.length ?? 0} chunks`;
    throw new StoreError(
      "too-large",
      `${what} is larger than one block for them, ${this.#store.maxEntryBytes} bytes; raise --size`,
    );
  }
}

async function recordOf(hashers: Hashers, key: Key, entry: ActionEntry): Promise<Uint8Array> {
  const content = encodeEntry(entry);
  const record = new Uint8Array(CHECKSUM_BYTES + KEY_BYTES + content.byteLength);
  for (let at = 0; at < KEY_BYTES; at++) record[CHECKSUM_BYTES + at] = keyByte(key, at);
  record.set(content, CHECKSUM_BYTES + KEY_BYTES);
  record.set(hexToBytes(await hashers.hash("sha256", record.subarray(CHECKSUM_BYTES))));
  return record;
}

function isSound(hashers: Hashers, record: Uint8Array, key: Key): boolean | Promise<boolean> {
  if (!hasKey(record, key)) return false;
  const checksum = bytesToHex(record.subarray(0, CHECKSUM_BYTES));
  const computed = hashers.hash("sha256", record.subarray(CHECKSUM_BYTES));
  return typeof computed === "string"
    ? computed === checksum
    : computed.then((hash) => hash === checksum);
}

/** For copies, which go piece by piece; an action result is small enough to be held. */
export function actionVerifier(hashers: Hashers, key: Key): Verifier {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  return {
    update: (bytes) => void pieces.push(bytes.slice()),
    finish: async () => await isSound(hashers, await new Blob(pieces).bytes(), key),
  };
}

function hasKey(record: Uint8Array, key: Key): boolean {
  for (let at = 0; at < KEY_BYTES; at++) {
    if (record[CHECKSUM_BYTES + at] !== keyByte(key, at)) return false;
  }
  return true;
}

/** Of a key's words, the lowest byte is first. */
function keyByte(key: Key, at: number): number {
  return ((key[at >>> 2] ?? 0) >>> (8 * (at & 3))) & 0xff;
}
