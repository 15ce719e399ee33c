import { expect, test } from "vitest";
import { Random } from "../../support/random.ts";
import { Promises } from "./promises.ts";

const HELD_MS = 1000;

function promisesAt(clock: { nowMs: number }): Promises<string> {
  return new Promises({ heldMs: HELD_MS, mostBytes: 100, now: () => clock.nowMs });
}

test("what was promised is asked for until its time is over, from the last promise on", () => {
  const clock = { nowMs: 0 };
  const promises = promisesAt(clock);
  promises.given("a", { item: "a", bytes: 10 }, 0);
  promises.given("b", { item: "b", bytes: 10 }, 0);
  promises.given("a", { item: "a", bytes: 10 }, 500);
  clock.nowMs = HELD_MS + 1;
  expect(promises.pick(new Random(1), 20)).toEqual(["a"]);
  clock.nowMs = HELD_MS + 501;
  expect(promises.pick(new Random(1), 20)).toEqual([]);
  expect(promises.size).toBe(0);
});

test("what is too much to remember is forgotten from the first promise on", () => {
  const promises = promisesAt({ nowMs: 0 });
  for (const name of ["a", "b", "c"]) promises.given(name, { item: name, bytes: 50 }, 0);
  expect(promises.pick(new Random(1), 20).toSorted()).toEqual(["b", "c"]);
});

test("a promise that was broken is forgotten", () => {
  const promises = promisesAt({ nowMs: 0 });
  promises.given("a", { item: "a", bytes: 100 }, 0);
  promises.forget("a");
  promises.given("b", { item: "b", bytes: 100 }, 0);
  expect(promises.pick(new Random(1), 20)).toEqual(["b"]);
});
