import { array, assert, constant, integer, oneof, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Key } from "../../shared/adapters/disk/key.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { runs } from "../support/runs.ts";
import { isSamePlace, MapWorld } from "./map-world.ts";
import { Random } from "../support/random.ts";

const BLOCKS = 6;

const KEYS = 41;
const CHECK_EVERY = 5;

const key = integer({ min: 0, max: KEYS - 1 });

const step = oneof(
  {
    weight: 12,
    arbitrary: record({ kind: constant("put"), key, back: integer({ min: 0, max: 2 }) }),
  },
  { weight: 2, arbitrary: record({ kind: constant("remove"), key }) },
  { weight: 1, arbitrary: record({ kind: constant("rotate") }) },
);

const life = record({
  /** From hopelessly small to roomy. A multiple of eight, as always: so all slots of a key are different ones. */
  slots: integer({ min: 1, max: 24 }).map((sectors) => sectors * 8),
  maxAttempts: integer({ min: 1, max: 8 }),
  seed: integer({ min: 0, max: 2 ** 32 - 1 }),
  steps: array(step, { maxLength: 300, size: "max" }),
});

/** What a plain `Map` would say, and what the key-location map may say instead: nothing, once it has had to drop something. */
class Model {
  readonly #world: MapWorld;
  readonly #places = new Map<number, Location>();
  #offset = 0;

  constructor(world: MapWorld) {
    this.#world = world;
  }

  put(index: number, back: number): void {
    const location = { block: this.#world.newest - back, offset: this.#offset++, length: index };
    if (!this.#world.isLive(location.block)) return;
    this.#world.map.put(keyOf(index), location);
    this.#places.set(index, location);
  }

  remove(index: number): void {
    const location = this.#places.get(index);
    if (location === undefined) return;
    this.#world.map.remove(keyOf(index), location);
    this.#places.delete(index);
  }

  /** Keys of which the map says what it must not. */
  wrongKeys(): readonly number[] {
    const wrong: number[] = [];
    const { map } = this.#world;
    for (let index = 0; index < KEYS; index++) {
      const expected = this.#places.get(index);
      const isThere = expected !== undefined && this.#world.isLive(expected.block);
      const found = map.get(keyOf(index));
      const mayBeGone = !isThere || map.counts.overflows > 0;
      if (found === undefined && mayBeGone) continue;
      if (!isThere || found === undefined || !isSamePlace(found, expected)) wrong.push(index);
    }
    return wrong;
  }
}

function keyOf(index: number): Key {
  return new Uint32Array(8).fill(index);
}

describe("a key-location map", () => {
  test("says of every key what a plain map says, or nothing where it had to drop something", () => {
    assert(
      property(life, ({ slots, maxAttempts, seed, steps }) => {
        const world = new MapWorld({
          slots,
          maxAttempts,
          blocks: BLOCKS,
          random: new Random(seed),
        });
        const model = new Model(world);
        world.rotate();
        const wrong: number[] = [];
        for (const [index, one] of steps.entries()) {
          if (one.kind === "put") model.put(one.key, one.back);
          else if (one.kind === "remove") model.remove(one.key);
          else world.rotate();
          if (index % CHECK_EVERY === 0) wrong.push(...model.wrongKeys());
        }
        expect(wrong).toEqual([]);
      }),
      runs,
    );
  });
});
