import { KeyLocationMap } from "../../shared/adapters/disk/key-location-map.ts";
import type { Key } from "../../shared/adapters/disk/key.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { mapMemory } from "../support/map-memory.ts";
import type { Random } from "../support/random.ts";

export interface MapWorldOptions {
  readonly slots: number;
  readonly maxAttempts: number;
  /** Blocks that are live at once. */
  readonly blocks: number;
  readonly random: Random;
}

/** A key-location map over blocks that come and go, without the blocks. */
export class MapWorld {
  readonly map: KeyLocationMap;
  readonly #blocks: number;
  #newest = 0;

  constructor({ slots, maxAttempts, blocks, random }: MapWorldOptions) {
    this.#blocks = blocks;
    this.map = new KeyLocationMap({
      ...mapMemory(slots),
      slots,
      maxAttempts,
      seed: Uint32Array.from({ length: 4 }, () => random.below(2 ** 32)),
      isLive: (block) => this.isLive(block),
      onChange: () => undefined,
    });
  }

  get newest(): number {
    return this.#newest;
  }

  get oldest(): number {
    return this.#newest - this.#blocks + 1;
  }

  /** Begins a block, which ends the oldest one. */
  rotate(): void {
    this.#newest += 1;
  }

  isLive(block: number): boolean {
    return block > 0 && block >= this.oldest && block <= this.#newest;
  }
}

export function randomKey(random: Random): Key {
  return Uint32Array.from({ length: 8 }, () => random.below(2 ** 32));
}

/** Whether both are the same place, or none. */
export function isSamePlace(one: Location | undefined, other: Location | undefined): boolean {
  return (
    one?.block === other?.block && one?.offset === other?.offset && one?.length === other?.length
  );
}
