import type { Key } from "../../shared/adapters/disk/key.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { MapWorld, randomKey } from "./map-world.ts";
import { Random } from "../support/random.ts";

/**
 * How likely a record is gone when `load` times as many younger ones are there as the map has slots: each of its slots has to
 * hold a younger one. It is a bound, for the younger ones that are gone themselves hold nothing.
 */
export function lossAt(load: number, maxAttempts: number): number {
  return load ** maxAttempts;
}

/** The mean of `lossAt` over the records of one block. */
export function lossBetween(from: number, to: number, maxAttempts: number): number {
  return (to ** (maxAttempts + 1) - from ** (maxAttempts + 1)) / (maxAttempts + 1) / (to - from);
}

export interface LossOptions {
  /** Records per slot when all blocks are full. */
  readonly load: number;
  readonly maxAttempts: number;
  readonly slots: number;
  readonly blocks: number;
  readonly seed: number;
}

export interface Loss {
  /** The part of a block's records that was gone when the block was given up. */
  readonly atTheEnd: number;
  /** The part of the records of all live blocks that was gone. */
  readonly atAnyTime: number;
  /** Records that the map says it dropped, for each that it was given. */
  readonly overflows: number;
}

/** Fills and rotates blocks until all is as it will always be, then for as many turns again, and counts what went missing. */
export function simulateLoss(options: LossOptions): Loss {
  const { load, slots, blocks, maxAttempts, seed } = options;
  const random = new Random(seed);
  const world = new MapWorld({ slots, maxAttempts, blocks, random });
  const perBlock = Math.round((load * slots) / blocks);
  const contents = new Map<number, Entry[]>();
  const ended: number[] = [];
  const live: number[] = [];
  for (let block = 1; block <= TURNS * blocks; block++) {
    world.rotate();
    contents.delete(world.oldest - 1);
    contents.set(block, fill(world, block, perBlock, random));
    if (block === blocks) world.map.counts.overflows = 0;
    if (block < blocks) continue;
    ended.push(goneOf(world, contents.get(world.oldest) ?? []) / perBlock);
    if (block % SNAPSHOT_EVERY !== 0) continue;
    live.push(goneOf(world, [...contents.values()].flat()) / (perBlock * blocks));
  }
  return {
    atTheEnd: meanOf(ended),
    atAnyTime: meanOf(live),
    overflows: world.map.counts.overflows / (perBlock * blocks * (TURNS - 1)),
  };
}

const TURNS = 5;
const SNAPSHOT_EVERY = 5;

interface Entry {
  readonly key: Key;
  readonly location: Location;
}

function fill(world: MapWorld, block: number, count: number, random: Random): Entry[] {
  return Array.from({ length: count }, (_, offset) => {
    const entry = { key: randomKey(random), location: { block, offset, length: 1 } };
    world.map.put(entry.key, entry.location);
    return entry;
  });
}

function goneOf({ map }: MapWorld, entries: readonly Entry[]): number {
  return entries.filter(({ key }) => map.get(key) === undefined).length;
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
