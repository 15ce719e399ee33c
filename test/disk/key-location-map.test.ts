import { describe, expect, it } from "vitest";
import { type Key, KEY_WORDS } from "../../shared/adapters/disk/key.ts";
import { KeyLocationMap } from "../../shared/adapters/disk/key-location-map.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { Lookups, LOOKUPS } from "../../shared/adapters/disk/lookups.ts";
import { mapMemory } from "../support/map-memory.ts";
import { Random } from "../support/random.ts";

function keyOf(index: number): Key {
  return new Uint32Array(8).fill(index + 1);
}

function place(block: number, offset: number): Location {
  return { block, offset, length: 10 };
}

function mapOf(
  slots: number,
  isLive: (block: number) => boolean = (block) => block > 0,
): KeyLocationMap {
  const seed = new Uint32Array([1, 2, 3, 4]);
  return new KeyLocationMap({
    ...mapMemory(slots),
    slots,
    maxAttempts: 40,
    seed,
    isLive,
    onChange: () => undefined,
  });
}

describe("a key-location map", () => {
  it("gives the place that was recorded last, younger or older", () => {
    const map = mapOf(64);
    for (const location of [place(5, 0), place(6, 0), place(5, 100), place(4, 0), place(6, 50)]) {
      map.put(keyOf(1), location);
      expect(map.get(keyOf(1))).toEqual(location);
    }
  });

  it("finds several keys together as it finds each alone", () => {
    const map = mapOf(64);
    for (let key = 0; key < 40; key++) map.put(keyOf(key), place(5, key));
    map.put(keyOf(3), place(5, 2 ** 33));
    const lookups = new Lookups();
    let hits = 0;
    for (let first = 0; first < 60; first += lookups.count) {
      lookups.count = Math.min(LOOKUPS, 60 - first);
      for (let index = 0; index < lookups.count; index++) {
        lookups.keys.set(keyOf(first + index), index * KEY_WORDS);
      }
      map.getAll(lookups);
      for (let index = 0; index < lookups.count; index++) {
        const alone = map.get(keyOf(first + index));
        expect(lookups.isFound(index)).toBe(alone !== undefined);
        if (alone === undefined) continue;
        expect(lookups.locationOf(index)).toEqual(alone);
        hits += 1;
      }
    }
    expect(hits).toBe(40);
  });

  it("forgets a key and all its older places, and takes it again anywhere", () => {
    const map = mapOf(64);
    map.put(keyOf(1), place(5, 0));
    map.put(keyOf(1), place(4, 0));
    map.remove(keyOf(1), place(5, 0));
    expect(map.get(keyOf(1))).toBeUndefined();
    map.put(keyOf(1), place(3, 0));
    expect(map.get(keyOf(1))).toEqual(place(3, 0));
  });

  it("keeps a key that was recorded anew while it was found damaged", () => {
    const map = mapOf(64);
    map.put(keyOf(1), place(4, 0));
    map.put(keyOf(1), place(5, 0));
    map.remove(keyOf(1), place(4, 0));
    expect(map.get(keyOf(1))).toEqual(place(5, 0));
  });

  it.for([1, 2, 3, 4, 5])(
    "keeps the last place of every key until its block goes, seed %i",
    (seed) => {
      const random = new Random(seed);
      let first = 1;
      const map = mapOf(256, (block) => block >= first);
      const expected = new Map<number, Location>();
      for (let step = 0; step < 5000; step++) {
        if (step % 40 === 39) first += 1;
        const index = random.below(120);
        const was = expected.get(index);
        if (was !== undefined && random.chance(0.2)) {
          map.remove(keyOf(index), was);
          expected.delete(index);
        } else {
          // Entries end in another order than they were given their places.
          const location = place(first + 1 + random.below(3), 1000 + step * 10 - random.below(300));
          map.put(keyOf(index), location);
          expected.set(index, location);
        }
        for (const [key, location] of expected) if (location.block < first) expected.delete(key);
        if (step % 10 !== 0) continue;
        const found = [...expected.keys()].map((key) => map.get(keyOf(key)));
        expect(found).toEqual([...expected.values()]);
      }
      expect(map.counts.overflows).toBe(0);
    },
  );
});
