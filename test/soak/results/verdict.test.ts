import { expect, test } from "vitest";
import { madeUpSamples } from "./made-up-samples.ts";
import { type Judged, judge, measures } from "./verdict.ts";

const idle = { mebibytes: 180, descriptors: 30 };

function judged(...args: Parameters<typeof madeUpSamples>): readonly (string | undefined)[] {
  const samples = madeUpSamples(...args);
  return measures.map((measure): Judged => judge(measure, samples)).map(({ fault }) => fault);
}

test("what goes up and down is flat, and so is what grew while it warmed up", () => {
  const during = (minute: number) => ({
    mebibytes: Math.min(200, 100 + 20 * minute) + (minute % 7) * 3,
    descriptors: 60 + (minute % 5) * 4,
  });
  expect(judged(during, idle)).toEqual([undefined, undefined]);
});

test("what grows slowly is not flat", () => {
  const leaking = (minute: number) => ({ mebibytes: 200 + minute, descriptors: 60 });
  expect(judged(leaking, idle)).toEqual([
    "in the last quarter 252, and 222 in the second: more than 238 is growth",
    undefined,
  ]);
});

test("descriptors that are never closed are not flat, nor are those that outlive the load", () => {
  const leaking = (minute: number) => ({ mebibytes: 200, descriptors: 30 + minute });
  expect(judged(leaking, idle)[1]).toMatch(/^in the last quarter 82, and 52 in the second/);
  const calm = () => ({ mebibytes: 200, descriptors: 60 });
  expect(judged(calm, { mebibytes: 180, descriptors: 31 })).toEqual([
    undefined,
    "31 are left when the load is over, and 30 were there before it",
  ]);
});

test("as many may be left over as are said to be of what it runs in", () => {
  const samples = madeUpSamples(() => ({ mebibytes: 200, descriptors: 60 }), {
    mebibytes: 180,
    descriptors: 34,
  });
  const faults = (mayStay: number) => measures.map((one) => judge(one, samples, mayStay).fault);
  expect(faults(4)).toEqual([undefined, undefined]);
  expect(faults(3)[1]).toBeDefined();
});

test("the slope is told for an hour", () => {
  const samples = madeUpSamples(
    (minute) => ({ mebibytes: 200 + minute / 6, descriptors: 60 }),
    idle,
  );
  const slopes = measures.map((measure) => judge(measure, samples).slopePerHour);
  expect(slopes[0]).toBeCloseTo(10);
  expect(slopes[1]).toBe(0);
});

test("a soak too short to tell is an error", () => {
  const [memory] = measures;
  if (memory === undefined) throw new Error("there is no measure");
  const idleOnly = madeUpSamples(() => idle, idle).filter(({ phase }) => phase !== "load");
  expect(() => judge(memory, idleOnly)).toThrow(
    "a quarter of the soak has no sample: soak for longer",
  );
});
