import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import { type MapCounts, MapTable, type TableOptions } from "./map-table.ts";
import type { SequenceLock } from "./sequence-lock.ts";

/** The key-location map for a thread that does not own it: looks without asking, and again where the owner was changing it. */
export class MapReader {
  readonly #table: MapTable;
  readonly #lock: SequenceLock;

  constructor(options: TableOptions & { readonly lock: SequenceLock }) {
    this.#table = new MapTable(options);
    this.#lock = options.lock;
  }

  get counts(): Readonly<MapCounts> {
    return this.#table.counts;
  }

  get(key: Key, slot?: number): Location | undefined {
    for (;;) {
      const begun = this.#lock.begin();
      const found = this.#table.find(key, slot);
      if (this.#lock.isUnchanged(begun)) return found;
    }
  }

  /** Has the records of the first keys fetched from memory, into `slots`, by which they are found. */
  expect(keys: readonly Key[], count: number, slots: Int32Array): void {
    this.#table.expect(keys, count, slots);
  }
}
