import { describe, expect, it } from "vitest";
import { Block } from "../../shared/adapters/disk/block.ts";
import { Random } from "../support/random.ts";

const geometry = { blockBytes: 64 * 1024, sectorBytes: 512 };

function blockOf(): Block {
  return new Block({ number: 1, region: 0, begunMs: 0, end: 0 }, geometry);
}

interface Held {
  readonly offset: number;
  readonly length: number;
  readonly aligned: boolean;
  /** Whether a checkpoint holds it, or may hold what shares its sectors. */
  sealed: boolean;
}

/** Whether two entries share what they must not. */
function clash(entry: Held, held: Held): boolean {
  const mayShareSectors = !held.sealed && !held.aligned && !entry.aligned;
  const [[start, end], [heldStart, heldEnd]] = mayShareSectors
    ? [bytesOf(entry), bytesOf(held)]
    : [sectorsOf(entry), sectorsOf(held)];
  return start <= heldEnd && heldStart <= end;
}

function bytesOf({ offset, length }: Held): [number, number] {
  return [offset, offset + length - 1];
}

function sectorsOf({ offset, length }: Held): [number, number] {
  const { sectorBytes } = geometry;
  return [Math.floor(offset / sectorBytes), Math.floor((offset + length - 1) / sectorBytes)];
}

describe("a block", () => {
  it("gives every entry a place of its own, even one without bytes", () => {
    const block = blockOf();
    const places = [0, 0, 10, 0].map((length) => block.reserve(length, false)?.offset);
    expect(new Set(places).size).toBe(4);
  });

  it("takes an aligned entry of its whole size", () => {
    expect(blockOf().reserve(geometry.blockBytes, true)).toMatchObject({ offset: 0 });
    expect(blockOf().reserve(geometry.blockBytes - 1, true)).toMatchObject({ offset: 0 });
    expect(blockOf().reserve(geometry.blockBytes, false)).toMatchObject({ offset: 0 });
  });

  it("uses room again that was given back, however often", () => {
    const block = blockOf();
    for (let i = 0; i < 1000; i++) {
      const one = block.reserve(20_000, true);
      const other = block.reserve(30_000, true);
      if (one === undefined || other === undefined) throw new Error(`no room, round ${i}`);
      for (const given of i % 2 === 0 ? [one, other] : [other, one]) block.giveBack(given);
    }
    expect(block.isBusy).toBe(false);
  });

  it.for([1, 2, 3, 4, 5, 6])(
    "never gives out bytes that another entry has, nor sectors of a checkpoint, seed %i",
    (seed) => {
      const random = new Random(seed);
      for (let round = 0; round < 100; round++) {
        const block = blockOf();
        const kept: Held[] = [];
        for (let step = 0; step < 60; step++) {
          if (random.chance(0.1)) {
            block.seal();
            for (const held of kept) held.sealed = true;
          }
          const aligned = random.chance(0.4);
          const length = (aligned ? 1 : 0) + random.below(random.chance(0.5) ? 4000 : 100);
          const reservation = block.reserve(length, aligned);
          if (reservation === undefined) break;
          const { offset } = reservation;
          const entry = { offset, length: Math.max(1, length), aligned, sealed: false };
          const clashing = kept.find((held) => clash(entry, held));
          expect({ entry, clashing }).toEqual({ entry, clashing: undefined });
          if (random.chance(0.4)) block.giveBack(reservation);
          else kept.push(entry);
        }
      }
    },
  );
});
