import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("what is taken ahead is waited for, and idle time is not saved up", () => {
  const clock = { nowMs: 10_000 };
  const pace = new Pace(100, () => clock.nowMs);
  expect(pace.isAhead).toBe(false);
  expect(pace.take(50)).toBe(500);
  expect(pace.take(50)).toBe(1000);
  expect(pace.isAhead).toBe(true);
  clock.nowMs += 1000;
  expect(pace.isAhead).toBe(false);
  clock.nowMs += 60_000;
  expect(pace.take(1)).toBe(10);
});
