import { expect, test } from "vitest";
import { middleHalf, percentile, spreadOf } from "./statistics.ts";

test.each([
  { values: [3, 1, 2], spread: { median: 2, min: 1, max: 3 } },
  { values: [4, 1, 10, 2], spread: { median: 3, min: 1, max: 10 } },
  { values: [7], spread: { median: 7, min: 7, max: 7 } },
  { values: [], spread: undefined },
])("the spread of $values", ({ values, spread }) => {
  expect(spreadOf(values)).toEqual(spread);
});

test("percentiles are values that were there", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(Float64Array.of(5), 0.99)).toBe(5);
  expect(percentile(new Float64Array(), 0.5)).toBeNaN();
});

test.for([
  { values: [9, 1, 4], middle: { min: 1, median: 4, max: 9 } },
  { values: [9, 1, 4, 5], middle: { min: 4, median: 4.5, max: 5 } },
  { values: [8, 7, 6, 5, 4, 3, 2, 1, 0], middle: { min: 2, median: 4, max: 6 } },
  { values: [], middle: undefined },
])("the middle half of $values", ({ values, middle }) => {
  expect(middleHalf(values)).toEqual(middle);
});
