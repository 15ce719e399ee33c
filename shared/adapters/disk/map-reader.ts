import type { Key } from "./key.ts";
import type { Location } from "./location.ts";
import type { Lookups } from "./lookups.ts";
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

  get(key: Key): Location | undefined {
    for (;;) {
      const begun = this.#lock.begin();
      const found = this.#table.find(key);
      if (this.#lock.isUnchanged(begun)) return found;
    }
  }

  getAll(lookups: Lookups): void {
    this.#table.expect(lookups);
    for (let index = 0; index < lookups.count; index++) {
      let begun: number;
      do {
        begun = this.#lock.begin();
        this.#table.findExpected(lookups, index);
      } while (!this.#lock.isUnchanged(begun));
    }
  }
}
