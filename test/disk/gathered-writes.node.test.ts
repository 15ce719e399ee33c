import { describe, it } from "vitest";
import { GatheredWrites } from "../../shared/adapters/disk/gathered-writes.node.ts";

describe("writes that are gathered", () => {
  it("do not all wait for one that the disk holds up, and fail alone", async ({ expect }) => {
    const held = Promise.withResolvers<void>();
    const written: number[][] = [];
    const writes = new GatheredWrites(async (offset, pieces) => {
      if (offset === 0) await held.promise;
      if (offset === 1000) throw new Error("a broken sector");
      written.push([offset, pieces.length]);
    });
    const stalled = writes.add(0, new Uint8Array(10));
    await new Promise(setImmediate);
    for (const offset of [2000, 3000]) {
      const together = [0, 10, 20].map((at) => writes.add(offset + at, new Uint8Array(10)));
      const broken = writes.add(1000, new Uint8Array(10));
      await expect(broken).rejects.toThrow("a broken sector");
      await Promise.all(together);
    }
    expect(written).toEqual([
      [2000, 3],
      [3000, 3],
    ]);
    held.resolve();
    await stalled;
    expect(written.at(-1)).toEqual([0, 1]);
  });
});
