import { describe, it } from "vitest";
import { KeyLocationMap } from "../../shared/adapters/disk/key-location-map.ts";
import type { Key } from "../../shared/adapters/disk/key.ts";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { RECORD_BYTES } from "../../shared/adapters/disk/map-table.ts";
import { MapReader } from "../../shared/adapters/disk/map-reader.ts";
import { SequenceLock } from "../../shared/adapters/disk/sequence-lock.ts";
import { Random } from "../support/random.ts";
import type { Faults } from "./faults.ts";
import { randomKey } from "./map-world.ts";
import { steppedMemory, WouldSleep } from "./stepped-words.ts";

const SLOTS = 256;
const KEYS = 60;
const CHANGES = 400;

const parts = { slots: SLOTS, maxAttempts: 16, isLive: (block: number) => block > 0 };

/** What a thread has seen, word by word while the owner of a map changed it. */
function seenDuringChanges(
  seed: number,
  planted: Faults["planted"],
): { right: number; wrong: number } {
  const random = new Random(seed);
  const seen = { right: 0, wrong: 0 };
  const keys = Array.from({ length: KEYS }, () => randomKey(random));
  const places = new Map<Key, Location>();
  let changing: { readonly key: Key; readonly to: Location } | undefined;

  const look = (): void => {
    if (changing === undefined) return;
    const key = random.chance(0.5) ? changing.key : random.pick(keys);
    try {
      const found = reader.get(key);
      const isNew = key === changing.key && isSame(found, changing.to);
      seen[isNew || isSame(found, places.get(key)) ? "right" : "wrong"] += 1;
    } catch (error) {
      if (!(error instanceof WouldSleep)) throw error;
    }
  };
  let isLooking = false;
  const memory = steppedMemory(() => {
    if (isLooking) return;
    isLooking = true;
    look();
    isLooking = false;
  }, planted);
  const words = memory.wordsIn(new SharedArrayBuffer(4));
  const table = new SharedArrayBuffer(SLOTS * RECORD_BYTES);
  const lock = new SequenceLock(words, 0);
  const own = { ...parts, lock, seed: Uint32Array.of(1, 2, 3, 4) };
  const reader = new MapReader({ ...own, words: new Uint32Array(table) });
  const map = new KeyLocationMap({
    ...own,
    words: memory.tableIn(table),
    onChange: () => undefined,
  });

  for (let step = 1; step <= CHANGES; step++) {
    const key = random.pick(keys);
    // Large enough that each word of a place is another one.
    const to = { block: step, offset: step * (2 ** 32 + 1), length: step * (2 ** 32 + 3) };
    changing = { key, to };
    map.put(key, to);
    changing = undefined;
    places.set(key, to);
  }
  return seen;
}

function isSame(one: Location | undefined, other: Location | undefined): boolean {
  return (
    one?.block === other?.block && one?.offset === other?.offset && one?.length === other?.length
  );
}

describe("a thread that looks into the map while it is changed, at any word", () => {
  it.for([1, 2, 3, 4])(
    "sees what was there before, or is there now, seed %i",
    (seed, { expect }) => {
      const { right, wrong } = seenDuringChanges(seed, undefined);
      expect(wrong).toBe(0);
      expect(right).toBeGreaterThan(CHANGES);
    },
  );

  it("would see what never was there without the map's lock", ({ expect }) => {
    const { wrong } = seenDuringChanges(1, "the map is read while it changes");
    expect(wrong).toBeGreaterThan(0);
  });
});
