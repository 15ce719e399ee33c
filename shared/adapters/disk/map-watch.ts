import type { BlockRing } from "./block-ring.ts";
import type { Contents } from "./geometry.ts";
import type { KeyLocationMap } from "./key-location-map.ts";
import type { OpenStore } from "./open-located-store.ts";

/** Fewer dropped entries are not worth a line: builds miss them once, and write them again. */
const MIN_DROPPED = 100;

/** What `--geometry` takes at least. */
const MIN_AVERAGE_BYTES = 256;

const INTERVAL_MS = 60 * 60 * 1000;

export interface MapWatchOptions {
  readonly contents: Contents;
  readonly now: () => number;
  readonly log: (line: string) => void;
}

/** Says at once, and then rarely, that the map is too small for what is stored, and which setting would fit. */
export class MapWatch {
  readonly #options: MapWatchOptions;
  #store: Pick<OpenStore, "map" | "ring"> | undefined;
  #toldDropped = 0;
  #nextMs = 0;

  constructor(options: MapWatchOptions) {
    this.#options = options;
  }

  /** What to watch: a store that opens drops nothing before. */
  attach(store: Pick<OpenStore, "map" | "ring">): void {
    this.#store = store;
  }

  /** Something has changed. */
  look(): void {
    if (this.#store === undefined) return;
    const { map, ring } = this.#store;
    const dropped = map.counts.overflows;
    if (dropped < this.#toldDropped + MIN_DROPPED) return;
    const { now, log, contents } = this.#options;
    if (now() < this.#nextMs) return;
    this.#nextMs = now() + INTERVAL_MS;
    this.#toldDropped = dropped;
    const average = Math.max(MIN_AVERAGE_BYTES, Math.floor(estimateAverage(map, ring)));
    log(
      `the index is too small: it dropped ${dropped} entries before their time. Entries have about ${average} bytes ` +
        `here; restart with --geometry ${contents.averageName}=${average}, the first time with --reformat yes, ` +
        "which empties the cache",
    );
  }
}

/**
 * Bytes of blocks for each entry. Only the youngest blocks tell, as far as they fill half of the map: of those it has lost none.
 */
export function estimateAverage(map: KeyLocationMap, ring: BlockRing): number {
  const sample = map.sampleBlocks();
  let bytes = 0;
  let records = 0;
  for (let number = ring.nextNumber - 1; ring.isLive(number); number--) {
    if (records >= sample.length / 2) break;
    bytes += ring.blockOf(number)?.usedBytes ?? 0;
    records += sample.filter((block) => block === number).length;
  }
  const recordsInAll = (records / sample.length) * map.slots;
  return bytes / Math.max(1, recordsInAll);
}
