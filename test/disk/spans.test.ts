import { describe, expect, it } from "vitest";
import type { Location } from "../../shared/adapters/disk/location.ts";
import { spansOf } from "../../shared/adapters/disk/spans.ts";

const MAX = 10_000;
const options = { maxBytes: MAX, maxGapBytes: 4096 };

function at(block: number, offset: number, length: number): { readonly location: Location } {
  return { location: { block, offset, length } };
}

function spans(...entries: readonly { readonly location: Location }[]): readonly Location[] {
  return spansOf(entries, options).map(({ location }) => location);
}

describe("entries that are read together", () => {
  it("are those that lie side by side, in whatever order they are asked for", () => {
    const [a, b, c] = [at(1, 100, 50), at(1, 150, 20), at(1, 170, 5)];
    expect(spansOf([c, a, b], options)).toEqual([
      { location: { block: 1, offset: 100, length: 75 }, entries: [a, b, c] },
    ]);
  });

  it("are of one block", () => {
    expect(spans(at(1, 0, 10), at(2, 10, 10), at(1, 10, 10))).toEqual([
      { block: 1, offset: 0, length: 20 },
      { block: 2, offset: 10, length: 10 },
    ]);
  });

  it("may have a little between them that nobody wants, and not much", () => {
    const large = at(1, 0, 5000);
    expect(spans(large, at(1, 9096, 10))).toEqual([{ block: 1, offset: 0, length: 9106 }]);
    expect(spans(large, at(1, 9097, 10))).toHaveLength(2);
  });

  it("never hold more between them than they have, for nobody counts that memory", () => {
    expect(spans(at(1, 0, 10), at(1, 30, 10))).toEqual([{ block: 1, offset: 0, length: 40 }]);
    expect(spans(at(1, 0, 10), at(1, 31, 10))).toHaveLength(2);
    const thin = Array.from({ length: 500 }, (_, index) => at(1, index * 4088, 8));
    const held = spans(...thin).reduce((sum, { length }) => sum + length, 0);
    expect(held).toBeLessThanOrEqual(2 * 500 * 8);
  });

  it("are no more than one read may have, but for one that is larger alone", () => {
    expect(spans(at(1, 0, MAX - 1), at(1, MAX - 1, 1))).toEqual([
      { block: 1, offset: 0, length: MAX },
    ]);
    expect(spans(at(1, 0, MAX - 1), at(1, MAX - 1, 2))).toHaveLength(2);
    expect(spans(at(1, 0, MAX + 5))).toEqual([{ block: 1, offset: 0, length: MAX + 5 }]);
  });

  it("may be the same, or empty", () => {
    const one = at(1, 7, 30);
    expect(spansOf([one, one, at(1, 10, 0)], options)).toMatchObject([
      { location: { offset: 7, length: 30 }, entries: [one, one, at(1, 10, 0)] },
    ]);
    expect(spansOf([], options)).toEqual([]);
  });
});
