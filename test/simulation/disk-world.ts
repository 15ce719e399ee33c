import { DiskActionStore } from "../../shared/adapters/disk/disk-action-store.ts";
import { DiskBlobStore } from "../../shared/adapters/disk/disk-blob-store.ts";
import { deviceSizes, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import { openLocatedStore, type OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Machine } from "./faults.ts";
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

  constructor(own: Geometry, machine: Machine) {
    this.geometry = own;
    const sizes = deviceSizes(own);
    this.#blocks = new FaultyDevice(sizes.blocks, machine);
    this.#map = new FaultyDevice(sizes.map, machine);
    this.#files = new FaultyFiles(machine);
  }

  async open(options: {
    clock: Clock;
    leaseMs: number;
    seed: readonly number[];
  }): Promise<OpenStore> {
    return await openLocatedStore({
      parts: { blocks: this.#blocks.open(), map: this.#map.open(), files: this.#files.open() },
      geometry: this.geometry,
      leaseMs: options.leaseMs,
      now: () => options.clock.now(),
      reformat: false,
      newSeed: () => options.seed,
      onCorrupt: () => undefined,
      onChange: () => undefined,
    });
  }

  cutPower(): void {
    for (const part of [this.#blocks, this.#map, this.#files]) part.cutPower();
  }

  flipBit(onMap: boolean): void {
    (onMap ? this.#map : this.#blocks).flipBit();
  }
}

/** What runs between two crashes. */
export interface Stores {
  readonly blobs: DiskBlobStore;
  readonly actions: DiskActionStore;
  readonly parts: readonly OpenStore[];
}

/** The disks of a cache, and the stores that were opened on them last. */
export class DiskWorld {
  readonly #blobs: Part;
  readonly #actions: Part;
  readonly #machine: Machine;
  readonly #options: { clock: Clock; leaseMs: number; hashers: Hashers };

  constructor(machine: Machine, options: { clock: Clock; leaseMs: number; hashers: Hashers }) {
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
        return {
          blobs: new DiskBlobStore({ store: blobs.store, hashers, now: () => clock.now() }),
          actions: new DiskActionStore({ store: actions.store, hashers }),
          parts: [blobs, actions],
        };
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
