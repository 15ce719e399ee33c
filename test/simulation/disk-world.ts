import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import type { Entries } from "../../shared/adapters/disk/entries.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import { openLocatedStore, type OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Machine } from "./faults.ts";
import { steppedMemory } from "./stepped-words.ts";
import { type InterleaveAt, shareWithThread } from "./threads.ts";
import { FaultyDevice, FaultyFiles } from "./faulty-device.ts";

const geometry: Geometry = {
  sizeBytes: 11 * 256 * 1024,
  sectorBytes: 512,
  blockBytes: 256 * 1024,
  oldBlocks: 3,
  currentBlocks: 3,
  newBlocks: 2,
  spareBlocks: 3,
  slots: 512,
  maxAttempts: 40,
};

/** A store and what it lies on, of which only the disks survive. */
class Part {
  readonly geometry: Geometry;
  readonly #blocks: FaultyDevice;
  readonly #map: FaultyDevice;
  readonly #files: FaultyFiles;
  readonly #machine: Machine;

  constructor(own: Geometry, machine: Machine) {
    this.geometry = own;
    this.#machine = machine;
    const sizes = deviceSizes(own);
    this.#blocks = new FaultyDevice(sizes.blocks, machine);
    this.#map = new FaultyDevice(sizes.map, machine);
    this.#files = new FaultyFiles(machine);
  }

  async open(options: PartOptions): Promise<OpenPart> {
    const { clock, interleave } = options;
    const { faults } = this.#machine;
    const open = await openLocatedStore({
      parts: { blocks: this.#blocks.open(), map: this.#map.open(), files: this.#files.open() },
      geometry: this.geometry,
      leaseMs: options.leaseMs,
      now: () => clock.now(),
      reformat: false,
      newSeed: () => options.seed,
      onCorrupt: options.onCorrupt,
      onChange: () => undefined,
      ...(faults.threads === undefined
        ? {}
        : steppedMemory((step) => interleave(OWNER, step), faults.planted)),
    });
    const threads = Array.from({ length: faults.threads ?? 0 }, (_, index) =>
      shareWithThread({
        ...options,
        open,
        thread: OWNER + 1 + index,
        device: this.#blocks.open(),
        machine: this.#machine,
      }),
    );
    return { open, entries: [open.store, ...threads] };
  }

  cutPower(): void {
    for (const part of [this.#blocks, this.#map, this.#files]) part.cutPower();
  }

  flipBit(onMap: boolean): void {
    (onMap ? this.#map : this.#blocks).flipBit();
  }
}

interface PartOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly hashers: Hashers;
  readonly seed: readonly number[];
  readonly interleave: InterleaveAt;
  /** Hears of what turned out damaged. */
  readonly onCorrupt: (what: string) => void;
}

interface OpenPart {
  readonly open: OpenStore;
  /** As each thread has them, the owner first. */
  readonly entries: readonly Entries[];
}

/** The stores as one thread has them. */
export interface ThreadStores {
  readonly blobs: DiskBlobStore;
  readonly actions: DiskActionStore;
  readonly blobEntries: Entries;
}

/** What runs between two crashes. */
export interface Stores {
  readonly threads: readonly ThreadStores[];
  readonly parts: readonly OpenStore[];
}

const OWNER = 0;

type WorldOptions = Omit<PartOptions, "seed">;

/** The disks of a cache, and the stores that were opened on them last. */
export class DiskWorld {
  readonly #blobs: Part;
  readonly #actions: Part;
  readonly #machine: Machine;
  readonly #options: WorldOptions;

  constructor(machine: Machine, options: WorldOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#blobs = new Part(geometry, machine);
    this.#actions = new Part({ ...geometry, blockBytes: 32 * 1024, newBlocks: 1 }, machine);
  }

  /** Tries until nothing fails on the way. */
  async open(): Promise<Stores> {
    const { random } = this.#machine;
    const seed = Array.from({ length: 4 }, () => random.below(2 ** 32));
    for (;;) {
      try {
        const blobs = await this.#blobs.open({ ...this.#options, seed });
        const actions = await this.#actions.open({ ...this.#options, seed });
        const { hashers, clock } = this.#options;
        const now = (): number => clock.now();
        const threads = blobs.entries.flatMap((blobEntries, thread) => {
          const store = actions.entries[thread];
          if (store === undefined) return [];
          return {
            blobs: new DiskBlobStore({ store: blobEntries, hashers, now }),
            actions: new DiskActionStore({ store, hashers, now }),
            blobEntries,
          };
        });
        return { threads, parts: [blobs.open, actions.open] };
      } catch (error) {
        if (this.#machine.faults.errors === 0) throw error;
      }
    }
  }

  /** Ends the process at once, and with `power` loses what the disks had only cached. */
  crash(power: boolean): void {
    this.#machine.switchOff();
    if (!power) return;
    this.#blobs.cutPower();
    this.#actions.cutPower();
  }

  flipBit(): void {
    const { random } = this.#machine;
    const part = random.chance(0.7) ? this.#blobs : this.#actions;
    part.flipBit(random.chance(0.2));
  }
}
