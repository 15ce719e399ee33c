import { expect, test } from "vitest";
import { type Point, slopeOf } from "./slope.ts";

test("it is that of a line, whatever single points do", () => {
  const line = Array.from({ length: 1000 }, (_, x): Point => [x, 5 + 3 * x]);
  expect(slopeOf(line)).toBeCloseTo(3);
  const disturbed = line.map(([x, y]): Point => [x, x % 10 === 0 ? y + 1e6 : y]);
  expect(slopeOf(disturbed)).toBeCloseTo(3, 0);
});

test("it is none of one point", () => {
  expect(slopeOf([[1, 2]])).toBe(0);
  expect(slopeOf([])).toBe(0);
});
