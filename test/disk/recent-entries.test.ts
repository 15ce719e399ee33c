import { describe, it } from "vitest";
import { KEY_WORDS, type Key } from "../../shared/adapters/disk/key.ts";
import { RecentEntries } from "../../shared/adapters/disk/recent-entries.ts";
import type { FoundAction } from "../../shared/stores/action-store.ts";
import { KIB, MIB } from "../support/bytes.ts";

const BLOCK_BYTES = 64 * MIB;
const LENGTH = 2000;

function keyOf(index: number): Key {
  return new Uint32Array(KEY_WORDS).fill(index);
}

function placeOf(index: number, block = 3): { block: number; offset: number; length: number } {
  return { block, offset: index * LENGTH, length: LENGTH };
}

function entryOf(index: number): FoundAction {
  return { result: Uint8Array.of(index), references: [], completeness: "unknown" };
}

describe("entries that were read of late", () => {
  it("are found by key and place, and by no other", ({ expect }) => {
    const recent = new RecentEntries(BLOCK_BYTES);
    const entry = entryOf(1);
    recent.add(keyOf(1), placeOf(1), entry);
    expect(recent.find(keyOf(1), placeOf(1))).toBe(entry);
    expect(recent.find(keyOf(2), placeOf(1))).toBeUndefined();
    expect(recent.find(keyOf(1), placeOf(2))).toBeUndefined();
    expect(recent.find(keyOf(1), placeOf(1, 4))).toBeUndefined();
  });

  it("are so few that they take no more than 8 MiB, and go in the order in which they came", ({
    expect,
  }) => {
    const recent = new RecentEntries(BLOCK_BYTES);
    const many = 20_000;
    for (let index = 0; index < many; index++) {
      recent.add(keyOf(index), placeOf(index), entryOf(index));
    }
    const all = Array.from({ length: many }, (_, index) => index);
    const kept = all.filter((index) => recent.find(keyOf(index), placeOf(index)));
    expect(kept.length * LENGTH).toBeLessThan(8 * MIB);
    expect(kept.length).toBeGreaterThan(1000);
    expect(kept).toEqual(kept.map((_, index) => many - kept.length + index));
  });

  it("are not those that would take the room of many", ({ expect }) => {
    const recent = new RecentEntries(BLOCK_BYTES);
    expect([recent.takes(64 * KIB), recent.takes(64 * KIB + 1)]).toEqual([true, false]);
  });
});
