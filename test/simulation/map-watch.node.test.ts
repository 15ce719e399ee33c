import { describe, expect, test } from "vitest";
import { blobContents, type Geometry } from "../../shared/adapters/disk/geometry.ts";
import { estimateAverage, MapWatch } from "../../shared/adapters/disk/map-watch.ts";
import type { OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import { ManualClock } from "../support/clock.ts";
import { memoryParts, openForTest } from "../support/disk-under-test.ts";
import { randomKey } from "./map-world.ts";
import { Random } from "../support/random.ts";

const HOUR_MS = 60 * 60 * 1000;

const geometry: Geometry = {
  sizeBytes: 2 ** 20,
  sectorBytes: 512,
  blockBytes: 2 * 1024 * 1024,
  oldBlocks: 4,
  currentBlocks: 4,
  newBlocks: 3,
  spareBlocks: 3,
  slots: 16 * 1024,
  maxAttempts: 40,
};

async function open(clock: ManualClock): Promise<OpenStore> {
  return await openForTest(memoryParts(geometry), geometry, clock, 0);
}

/** Fills the store, and on until some blocks were given up. */
async function fill(
  { store, ring }: OpenStore,
  length: (random: Random) => number,
  seen: () => void,
): Promise<void> {
  const random = new Random(1);
  while (ring.nextNumber < 16) {
    const reservation = await store.reserve(length(random), false);
    store.commit(randomKey(random), reservation);
    seen();
  }
}

interface Watched {
  readonly clock: ManualClock;
  readonly watch: MapWatch;
  /** What the log was told, so far. */
  readonly lines: readonly string[];
}

/** Watches a store while it is filled with blobs of one size. */
async function watchFilling(bytes: number): Promise<Watched> {
  const clock = new ManualClock();
  const store = await open(clock);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const watch = new MapWatch({ contents: blobContents, now: () => clock.now(), log });
  watch.attach(store);
  await fill(
    store,
    () => bytes,
    () => watch.look(),
  );
  return { clock, watch, lines };
}

describe("the size that is told", () => {
  test.each([
    ["four times too small", 720, 640, 800],
    ["twenty times too small", 136, 120, 160],
    ["too small, for blobs of all sizes", 0, 480, 720],
  ])("fits a map that is %s", async (_, bytes, low, high) => {
    const store = await open(new ManualClock());
    // Of sixteen blobs one is large: 600 bytes on average.
    const mixed = (random: Random): number => (random.chance(1 / 16) ? 7680 : 128);
    await fill(store, bytes === 0 ? mixed : () => bytes, () => undefined);
    expect(store.map.counts.overflows).toBeGreaterThan(0);
    const average = estimateAverage(store.map, store.ring);
    expect(average).toBeGreaterThan(low);
    expect(average).toBeLessThan(high);
  });
});

describe("that the map is too small", () => {
  test("is told once, and again an hour later when it goes on", async () => {
    const { clock, watch, lines } = await watchFilling(400);
    expect(lines).toEqual([
      expect.stringMatching(/--geometry average=(?:3[6-9]|4[0-3])[0-9], the first/),
    ]);
    clock.advance(HOUR_MS);
    watch.look();
    expect(lines.length).toBe(2);
    watch.look();
    clock.advance(HOUR_MS);
    watch.look();
    expect(lines.length).toBe(2);
  });

  test("is not told of one that fits", async () => {
    const { lines } = await watchFilling(3600);
    expect(lines).toEqual([]);
  });
});
