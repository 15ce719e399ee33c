import { expect, test } from "vitest";
import { KnownCallers } from "../../functions/access/known-callers.ts";
import { anonymous } from "../support/principals.ts";
import { ManualClock } from "../support/clock.ts";

test("who was let in is known by what was shown, until that ends", () => {
  const clock = new ManualClock();
  const known = new KnownCallers(clock);
  const principal = { ...anonymous, subject: "one" };
  expect(known.find("one")).toBeUndefined();
  known.remember("one", { principal, untilMs: clock.now() + 1000 });
  known.remember("two", { principal: anonymous });
  clock.advance(999);
  expect(known.find("one")).toBe(principal);
  clock.advance(1);
  expect(known.find("one")).toBeUndefined();
  clock.advance(1e9);
  expect(known.find("two")).toBe(anonymous);
});

test("few are remembered", () => {
  const known = new KnownCallers(new ManualClock());
  for (let caller = 0; caller < 10_000; caller++) {
    known.remember(`caller ${caller}`, { principal: anonymous });
  }
  const left = Array.from({ length: 10_000 }, (_, caller) => known.find(`caller ${caller}`));
  expect(left.filter((each) => each !== undefined).length).toBeLessThan(1025);
});
