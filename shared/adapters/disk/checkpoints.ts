import { StoreError } from "../../stores/store-error.ts";
import type { AtomicFiles, BlockDevice } from "./block-device.ts";
import type { BlockRing } from "./block-ring.ts";
import { applyChanges, encodeJournal } from "./journal.ts";
import type { KeyLocationMap } from "./key-location-map.ts";
import { encodeState, type State } from "./state.ts";

export interface CheckpointOptions {
  readonly blocks: BlockDevice;
  readonly mapDevice: BlockDevice;
  readonly files: AtomicFiles;
  readonly ring: BlockRing;
  readonly map: KeyLocationMap;
  /** The state that was found, or the first one. */
  readonly state: State;
  /** Resolves when every entry that may share a sector with others, and is under way now, is written. */
  readonly settled: () => Promise<void>;
  readonly now: () => number;
}

/**
 * Makes what was written survive. In this order, so that a crash at any point leaves a whole checkpoint, the last or this one:
 * the entries are synced; the map's changes go to the journal; the state names the journal and the blocks, and with that the
 * checkpoint holds; the changes go into the map's device, which the next checkpoint syncs before it replaces the journal. Only
 * then are regions that the state no longer names used again.
 */
export class Checkpoints {
  readonly #options: CheckpointOptions;
  #generation: number;
  /** What the state file was last known to hold. */
  #state: State;
  /** Whether it may hold a later state: one whose replacement failed, but perhaps not before it happened. */
  #isInDoubt = false;
  #isClosed = false;
  /** In the journal, and not all in the map's device: the journal must stay. */
  #unapplied: Uint32Array | undefined;
  #lastMs: number | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#generation = options.state.generation;
  }

  /** How long the last one took. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** Resolves when everything that was written before the call survives. Throws what the devices throw; the next one makes up. */
  async run(): Promise<void> {
    // One that runs already may have begun too early.
    this.#next ??= this.#after(this.#running);
    await this.#next;
  }

  /** Makes the last one: nobody may ask the store for anything any more. */
  async close(): Promise<void> {
    try {
      await this.run();
    } finally {
      this.#isClosed = true;
    }
  }

  async #after(earlier: Promise<void> | undefined): Promise<void> {
    await earlier?.catch(() => undefined);
    this.#next = undefined;
    const running = this.#checkpoint();
    this.#running = running;
    try {
      await running;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  async #checkpoint(): Promise<void> {
    const { blocks, mapDevice, files, ring, map, settled, now } = this.#options;
    // The files may be another process's by now.
    if (this.#isClosed) throw new StoreError("unavailable", "the cache is closed");
    const startMs = now();
    const sealed = ring.seal();
    const nextNumber = ring.nextNumber;
    const changes = map.takeChanges();
    try {
      await settled();
      await blocks.sync();
      await this.#apply();
      await mapDevice.sync();
      // A later state needs its journal, so that has to stay until the state is surely the one that the map is at.
      if (this.#isInDoubt) await this.#replaceState(this.#state);
      this.#generation += 1;
      const generation = this.#generation;
      await files.replace("journal", encodeJournal(generation, changes));
      await this.#replaceState({
        ...this.#state,
        generation,
        nextNumber,
        blocks: sealed.blocks,
      });
    } catch (error) {
      map.giveBack(changes);
      throw error;
    }
    this.#unapplied = changes;
    ring.release(sealed.parked);
    await this.#apply();
    this.#lastMs = now() - startMs;
  }

  async #replaceState(state: State): Promise<void> {
    this.#isInDoubt = true;
    await this.#options.files.replace("state", encodeState(state));
    this.#isInDoubt = false;
    this.#state = state;
  }

  async #apply(): Promise<void> {
    if (this.#unapplied === undefined) return;
    await applyChanges(this.#options.mapDevice, this.#unapplied, this.#state.geometry.sectorBytes);
    this.#unapplied = undefined;
  }
}
