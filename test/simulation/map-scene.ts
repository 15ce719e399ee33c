import { KeyLocationMap } from "../../shared/adapters/disk/key-location-map.ts";
import type { Key } from "../../shared/adapters/disk/key.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { RECORD_BYTES } from "../../shared/adapters/disk/map-table.ts";
import { MapReader } from "../../shared/adapters/disk/map-reader.ts";
import { SequenceLock } from "../../shared/adapters/disk/sequence-lock.ts";
import { Random } from "../support/random.ts";
import { isSamePlace, randomKey } from "./map-world.ts";
import { steppedMemory, WouldSleep } from "./stepped-words.ts";

const SLOTS = 256;
const KEYS = 60;

/** How often the owner changes the map before a reader's next word. */
const CHANGES_PER_WORD = 0.05;

const table = { slots: SLOTS, maxAttempts: 16, seed: Uint32Array.of(1, 2, 3, 4) };

/** A map's owner and a thread that looks into it, which take turns at any word. */
export class MapScene {
  /** Looks that found what was there before or is there now, and others. */
  right = 0;
  wrong = 0;
  readonly #random: Random;
  readonly #map: KeyLocationMap;
  readonly #reader: MapReader;
  readonly #keys: readonly Key[];
  readonly #places = new Map<Key, Location>();
  #changes = 0;
  /** What is being changed, and what a thread may find that is looking just now. */
  #changing: { readonly key: Key; readonly to: Location } | undefined;
  #looking: { readonly key: Key; readonly places: (Location | undefined)[] } | undefined;

  /** `readersLock` is how the thread makes sure of what it saw. */
  constructor(seed: number, readersLock: typeof SequenceLock) {
    this.#random = new Random(seed);
    this.#keys = Array.from({ length: KEYS }, () => randomKey(this.#random));
    const isLive = (block: number): boolean => block > 0;
    const [words, records] = [
      new SharedArrayBuffer(4),
      new SharedArrayBuffer(SLOTS * RECORD_BYTES),
    ];
    const own = steppedMemory(() => this.#ownersWord(), undefined);
    const other = steppedMemory(() => this.#readersWord(), undefined);
    this.#map = new KeyLocationMap({
      ...table,
      isLive,
      words: own.tableIn(records),
      lock: new SequenceLock(own.wordsIn(words), 0),
      onChange: () => undefined,
    });
    this.#reader = new MapReader({
      ...table,
      isLive,
      words: other.tableIn(records),
      lock: new readersLock(other.wordsIn(words), 0),
    });
  }

  /** The owner gives a key another place. */
  change(): void {
    const key = this.#random.pick(this.#keys);
    const step = ++this.#changes;
    // So that each word of a place is another one.
    const to = { block: step, offset: step * (2 ** 32 + 1), length: step * (2 ** 32 + 3) };
    if (this.#looking?.key === key) this.#looking.places.push(to);
    this.#changing = { key, to };
    this.#map.put(key, to);
    this.#changing = undefined;
    this.#places.set(key, to);
  }

  /** The thread looks for a key. */
  look(): void {
    const changing = this.#changing;
    const isWanted = changing !== undefined && this.#random.chance(0.5);
    const key = isWanted ? changing.key : this.#random.pick(this.#keys);
    const places = [this.#places.get(key), ...(isWanted ? [changing.to] : [])];
    this.#looking = { key, places };
    try {
      const found = this.#reader.get(key);
      this[places.some((place) => isSamePlace(place, found)) ? "right" : "wrong"] += 1;
    } catch (error) {
      if (!(error instanceof WouldSleep)) throw error;
    } finally {
      this.#looking = undefined;
    }
  }

  #ownersWord(): void {
    if (this.#changing !== undefined && this.#looking === undefined) this.look();
  }

  #readersWord(): void {
    const isOwnersTurn = this.#looking !== undefined && this.#changing === undefined;
    if (isOwnersTurn && this.#random.chance(CHANGES_PER_WORD)) this.change();
  }
}
