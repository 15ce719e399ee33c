import { describe, it } from "vitest";
import { CachedPlaces } from "../../shared/adapters/disk/cached-places.ts";
import { KIB, MIB } from "../support/bytes.ts";

const quickMs = 0.01;
const slowMs = 5;

describe("a place counts as cached", () => {
  it("once all of it was touched", ({ expect }) => {
    const places = new CachedPlaces(10 * MIB);
    expect(places.has(MIB, 1)).toBe(false);
    places.touch(MIB, 64 * KIB);
    expect(places.has(MIB, 64 * KIB)).toBe(true);
    expect(places.has(MIB, 0)).toBe(true);
    expect(places.has(MIB, 64 * KIB + 1)).toBe(false);
    expect(places.has(MIB - 1, 2)).toBe(false);
    places.touch(10 * MIB - 1, 1);
    expect(places.has(10 * MIB - 1, 1)).toBe(true);
  });

  it("until reads show that the system has dropped such places", ({ expect }) => {
    const places = new CachedPlaces(MIB);
    for (let round = 0; round < 600; round++) {
      places.touch(0, 100);
      let reads = 0;
      for (; places.has(0, 100); reads++) places.tookMs(slowMs, 100);
      expect(reads).toBe(5);
    }
  });

  it("in spite of a slow read now and then: the system has other things to do, too", ({
    expect,
  }) => {
    const places = new CachedPlaces(MIB);
    places.touch(0, 100);
    for (let read = 0; read < 10_000; read++)
      places.tookMs(read % 100 === 0 ? slowMs : quickMs, 100);
    expect(places.has(0, 100)).toBe(true);
    for (let read = 0; read < 1000; read++) places.tookMs(read % 20 === 0 ? slowMs : quickMs, 100);
    expect(places.has(0, 100)).toBe(false);
  });
});
