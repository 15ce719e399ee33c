import { describe, expect, it } from "vitest";
import { VERIFIED_MS } from "../../shared/adapters/disk/verified-places.ts";
import { VerifiedSums } from "../../shared/adapters/disk/verified-sums.ts";
import { MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";

const clock = new ManualClock();

function place(block: number, offset: number) {
  return { block, offset, length: 1 };
}

describe("checksums of what was right", () => {
  it("are known for some hours, in their place alone", () => {
    const sums = new VerifiedSums({ blockBytes: MIB, now: () => clock.now() });
    expect(sums.find(place(0, 0))).toBeUndefined();
    sums.add(place(0, 0), 7);
    sums.add(place(3, 5), 0xffff_ffff);
    expect(sums.find(place(0, 0))).toBe(7);
    expect(sums.find(place(3, 5))).toBe(0xffff_ffff);
    expect(sums.find(place(3, 6))).toBeUndefined();
    expect(sums.find(place(4, 5))).toBeUndefined();
    clock.advance(VERIFIED_MS - 1);
    expect(sums.find(place(0, 0))).toBe(7);
    clock.advance(1);
    expect(sums.find(place(0, 0))).toBeUndefined();
  });

  it("give way to others, and are never taken for theirs", () => {
    const sums = new VerifiedSums({ blockBytes: MIB, now: () => clock.now() });
    const places = Array.from({ length: 300_000 }, (_, index) => place(index >> 9, index & 511));
    places.forEach((each, index) => sums.add(each, index));
    let known = 0;
    for (const [index, each] of places.entries()) {
      const sum = sums.find(each);
      if (sum === undefined) continue;
      expect(sum).toBe(index);
      known += 1;
    }
    expect(known).toBeGreaterThan(50_000);
  });
});
