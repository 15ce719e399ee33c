import { expect, test } from "vitest";
import { inRounds } from "./rounds.ts";

const { signal } = new AbortController();
const names = new Map(["one", "other"].map((name) => [name, name]));

test("everyone is measured in each round, and each is the first once", async () => {
  const measured: string[] = [];
  const { results } = await inRounds(names, { rounds: 2, signal }, async (_, name, round) => {
    measured.push(name);
    return await Promise.resolve(round);
  });
  expect(measured).toEqual(["one", "other", "other", "one"]);
  expect([...results]).toEqual([
    ["one", [1, 2]],
    ["other", [1, 2]],
  ]);
});

test.for([
  { until: 4, rounds: 4 },
  { until: 9, rounds: 6 },
  { until: 1, rounds: 2 },
])("all have further rounds while results of one differ: $rounds", async ({ until, rounds }) => {
  const further = {
    atMost: 6,
    differ: (found: readonly string[]) => found[0] === "other" && found.length < until,
  };
  const { results } = await inRounds(names, { rounds: 2, signal, further }, async (name) => {
    return await Promise.resolve(name);
  });
  expect([...results.values()].map(({ length }) => length)).toEqual([rounds, rounds]);
});

test("one that fails is left out from then on", async () => {
  const { results, failures } = await inRounds(
    names,
    { rounds: 3, signal },
    async (_, name, round) => {
      if (name === "one" && round === 2) throw new Error("it  broke");
      return await Promise.resolve(round);
    },
  );
  expect(results.get("one")).toEqual([1]);
  expect(results.get("other")).toEqual([1, 2, 3]);
  expect([...failures]).toEqual([["one", "it broke"]]);
});
