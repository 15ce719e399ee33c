import fc from "fast-check";
import { describe, it } from "vitest";
import {
  freeWhenGivenBack,
  giveBack,
  isLent,
  lendAs,
  MemoryPool,
} from "../../shared/bytes/memory-pool.ts";
import { KIB, MIB } from "../support/bytes.ts";

describe("a pool of memory", () => {
  it("lends what was given back, the last one first", ({ expect }) => {
    const pool = new MemoryPool(KIB);
    const [first, second] = [pool.take(10), pool.take(20)];
    expect(second.buffer).not.toBe(first.buffer);
    giveBack(first);
    giveBack(second);
    expect(pool.take(KIB).buffer).toBe(second.buffer);
    expect(pool.take(1).buffer).toBe(first.buffer);
  });

  it("takes back only the very piece that it lent, and once", ({ expect }) => {
    const pool = new MemoryPool(KIB);
    const piece = pool.take(100);
    giveBack(piece.subarray());
    giveBack(new Uint8Array(piece.buffer));
    expect(pool.take(100).buffer).not.toBe(piece.buffer);
    giveBack(piece);
    giveBack(piece);
    expect(pool.take(100).buffer).toBe(piece.buffer);
    expect(pool.take(100).buffer).not.toBe(piece.buffer);
  });

  it("waits for every piece as which memory was lent", ({ expect }) => {
    const pool = new MemoryPool(KIB);
    const whole = pool.take(KIB);
    const pieces = [whole.subarray(0, 10), whole.subarray(10, 30)] as const;
    lendAs(whole, pieces);
    giveBack(whole);
    giveBack(pieces[0]);
    giveBack(pieces[0]);
    expect(pool.take(1).buffer).not.toBe(whole.buffer);
    giveBack(pieces[1]);
    expect(pool.take(1).buffer).toBe(whole.buffer);
  });

  it("has it back with the last piece, in whatever order they come, and not before", ({
    expect,
  }) => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 40 }), (indices) => {
        const pool = new MemoryPool(KIB);
        const whole = pool.take(KIB);
        const pieces = Array.from({ length: 10 }, (_, index) => whole.subarray(index, index + 1));
        lendAs(whole, pieces);
        const left = new Set(pieces.keys());
        for (const index of [...indices, ...pieces.keys()]) {
          expect(pool.freeBytes).toBe(left.size === 0 ? KIB : 0);
          giveBack(pieces[index] ?? whole);
          left.delete(index);
        }
        expect(pool.freeBytes).toBe(KIB);
      }),
    );
  });

  it("leaves memory alone that is no pool's", ({ expect }) => {
    const own = new Uint8Array(10);
    lendAs(own, [own]);
    giveBack(own);
    expect(isLent(own)).toBe(false);
    expect(isLent(new MemoryPool(KIB).take(1))).toBe(true);
  });

  it("frees memory that is no pool's where it is told to, and no part of other memory", ({
    expect,
  }) => {
    const [own, part] = [new Uint8Array(10), new Uint8Array(10).subarray(1)];
    for (const bytes of [own, part]) {
      freeWhenGivenBack(bytes);
      giveBack(bytes.subarray());
      expect(bytes.byteLength).toBeGreaterThan(0);
      for (let times = 0; times < 2; times++) giveBack(bytes);
    }
    expect([own.byteLength, part.byteLength]).toEqual([0, 9]);
  });

  it("keeps no more than some megabytes", ({ expect }) => {
    const pool = new MemoryPool(MIB);
    const pieces = Array.from({ length: 20 }, () => pool.take(1));
    for (const piece of pieces) giveBack(piece);
    const before = new Set(pieces.map(({ buffer }) => buffer));
    const again = Array.from({ length: 20 }, () => pool.take(1));
    expect(again.filter(({ buffer }) => before.has(buffer))).toHaveLength(8);
  });
});
