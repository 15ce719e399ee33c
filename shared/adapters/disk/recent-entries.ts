import { HashWordsReader } from "../../digest/hash-words-reader.ts";
import type { FoundAction } from "../../stores/action-store.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import { placeOf } from "./verified-places.ts";

/** What all of them take. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A larger entry would take the room of many. */
const MAX_ENTRY_BYTES = 64 * 1024;

/** What an entry takes beside its bytes, and beside that each of its references: about so many bytes. */
const ENTRY_BYTES = 500;
const REFERENCE_BYTES = 100;

interface Recent {
  readonly key: Key;
  readonly entry: FoundAction;
  readonly bytes: number;
}

/**
 * Entries that were read, and found right, of late: the clients of a build, and the jobs that build the same commit, ask for the same ones
 * at about the same time. What was read first goes first, since what is read one after the other shares memory.
 */
export class RecentEntries {
  /** For the hashes in entries that are kept, and in no others: one alone would keep the memory of many. */
  readonly hashes: HashWordsReader = new HashWordsReader(512);
  readonly #blockBytes: number;
  readonly #byPlace = new Map<number, Recent>();
  #bytes = 0;

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  /** Whether an entry of so many bytes is kept. */
  takes(length: number): boolean {
    return length <= MAX_ENTRY_BYTES;
  }

  /** The entry of a key that lies there, if it was read of late. */
  find(key: Key, location: Location): FoundAction | undefined {
    const recent = this.#byPlace.get(placeOf(location, this.#blockBytes));
    return recent !== undefined && isSame(recent.key, key) ? recent.entry : undefined;
  }

  /** Keeps one that it takes. The key's memory must not be used again. */
  add(key: Key, location: Location, entry: FoundAction): void {
    const references = entry.references?.length ?? 0;
    const bytes = location.length + ENTRY_BYTES + REFERENCE_BYTES * references;
    const place = placeOf(location, this.#blockBytes);
    this.#delete(place);
    this.#byPlace.set(place, { key, entry, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#byPlace.keys()) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#delete(oldest);
    }
  }

  #delete(place: number): void {
    this.#bytes -= this.#byPlace.get(place)?.bytes ?? 0;
    this.#byPlace.delete(place);
  }
}

function isSame(one: Key, other: Key): boolean {
  for (let word = 0; word < one.length; word++) {
    if (one[word] !== other[word]) return false;
  }
  return true;
}
