import { describe, it } from "vitest";
import { mapAll, recovered, type SoonAll } from "../../shared/soon.ts";

const trouble = new Error("trouble");

function fail(): never {
  throw trouble;
}

const works = {
  "known at once": { work: () => 1, given: 1 },
  "known later": { work: async () => 1, given: 1 },
  "wrong at once": { work: fail, given: trouble },
  "wrong later": { work: async () => fail(), given: trouble },
};

describe("what may fail", () => {
  it.for(Object.entries(works))("is recovered where it is %s", async ([, one], { expect }) => {
    const { work, given } = one;
    expect(await recovered<unknown>(work, (error) => error)).toBe(given);
  });

  it("is at once what is known at once", ({ expect }) => {
    expect(recovered<unknown>(() => 1, fail)).toBe(1);
    expect(recovered<unknown>(fail, (error) => error)).toBe(trouble);
  });
});

describe("several things", () => {
  async function* later(): AsyncGenerator<number> {
    yield* [1, 2, 3];
  }

  it.for<[string, SoonAll<number>]>([
    ["known at once", [1, 2, 3]],
    ["coming one by one", later()],
  ])("%s are mapped in the same way", async ([, all], { expect }) => {
    const mapped = mapAll(all, (value) => value * 2);
    expect(Symbol.iterator in mapped).toBe(Symbol.iterator in all);
    const given: number[] = [];
    for await (const value of mapped) given.push(value);
    expect(given).toEqual([2, 4, 6]);
  });
});
