import { describe, expect, test } from "vitest";
import {
  actionContents,
  blobContents,
  deriveGeometry,
} from "../../shared/adapters/disk/geometry.ts";
import { lossAt, lossBetween, simulateLoss } from "./map-loss.ts";

const GIB = 1024 ** 3;
const BLOCKS = 19;

/** Losses are too rare to be seen where the map is sized as shipped, so the arithmetic is held to maps that are fuller. */
const fuller = [
  { load: 0.5, maxAttempts: 4 },
  { load: 0.7, maxAttempts: 8 },
  { load: 0.8, maxAttempts: 16 },
  { load: 0.9, maxAttempts: 40 },
  { load: 0.95, maxAttempts: 40 },
];

function expectNear(found: number, computed: number): void {
  expect(found / computed).toBeGreaterThan(0.75);
  expect(found / computed).toBeLessThan(1.25);
}

describe("a record is dropped before its time as often as the arithmetic says", () => {
  test.each(fuller)("at a load of $load with $maxAttempts attempts", ({ load, maxAttempts }) => {
    const found = simulateLoss({ load, maxAttempts, slots: 16_384, blocks: BLOCKS, seed: 1 });
    const lastBlock = lossBetween(load * (1 - 1 / BLOCKS), load, maxAttempts);
    expectNear(found.atTheEnd, lastBlock);
    expectNear(found.overflows, lastBlock);
    expectNear(found.atAnyTime, lossBetween(0, load, maxAttempts));
  });

  test("and never once where the map is sized as shipped", () => {
    const { maxAttempts } = deriveGeometry(32 * GIB, blobContents);
    const sized = { load: 0.5, maxAttempts, slots: 32_768, blocks: BLOCKS };
    expect(simulateLoss({ ...sized, seed: 2 })).toEqual({
      atTheEnd: 0,
      atAnyTime: 0,
      overflows: 0,
    });
  });
});

describe("a store that is full of entries of the average size", () => {
  /** What makers of good disks promise. */
  const unreadableBits = 1e-15;
  const sectorBits = 4096 * 8;

  test.each([
    ["blobs", blobContents],
    ["action results", actionContents],
  ])("loses %s to its map less often than its disk loses one sector", (_, contents) => {
    for (const sizeBytes of [1, 32, 500].map((gib) => gib * GIB)) {
      const { slots, maxAttempts } = deriveGeometry(sizeBytes, contents);
      const load = sizeBytes / contents.averageBytes / slots;
      expect(lossAt(load, maxAttempts)).toBeLessThan(unreadableBits * sectorBits);
    }
  });
});
