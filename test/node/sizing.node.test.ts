import { describe, expect, test } from "vitest";
import { heldBytes, planOf } from "../../functions/node/sizing/plan.ts";
import { runHayloft } from "./run-hayloft.node.ts";

const GIB = 1024 ** 3;

async function sizing(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHayloft(["sizing", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("hayloft sizing, from numbers", () => {
  const load = ["--builds-per-day", "2000", "--uploads-per-build", "60MiB"];

  test("shows its arithmetic, and which flags follow", async () => {
    const said = await sizing(...load, "--keep", "7d", "--average-blob", "48KiB");
    expect(said).toContain("2,000 builds x 60 MiB = 117 GiB\n");
    expect(said).toContain("kept for 7 days: 820 GiB; with copies of what is used, x 1.2: 984 GiB");
    expect(said).toContain("written within 3 hours, where a day has 8: 43.9 GiB");
    expect(said).toMatch(/start it with: hayloft serve --size \d+GiB --geometry average=49152\n$/);
  });

  test("gives a size that is enough, and hardly more", async () => {
    const said = await sizing(...load);
    const size = Number(/--size (\d+)GiB\n$/.exec(said)?.[1]) * GIB;
    const wanted = 2000 * 60 * 1024 ** 2 * 7 * 1.2;
    expect(heldBytes(planOf(size, {}).blobs)).toBeGreaterThanOrEqual(wanted);
    expect(heldBytes(planOf(size * 0.93, {}).blobs)).toBeLessThan(wanted);
  });

  test.for([
    ["a lease's worth of writing", ["--keep", "1h"], /refusal: 4\d(?:\.\d+)? GiB/],
    [
      "the largest blob",
      ["--keep", "1h", "--largest-blob", "40GiB"],
      /largest blob: 4\d(?:\.\d+)? GiB/,
    ],
    [
      "action results",
      ["--keep", "1d", "--actions-per-build", "50000"],
      /results: 2[2-9]\d GiB when full/,
    ],
  ] as const)("has room for %s, too", async ([, args, says]) => {
    expect(await sizing(...load, ...args)).toMatch(says);
  });

  test.for([
    [[], /give the URL of a cache, or --builds-per-day and --uploads-per-build/],
    [[...load, "--keep", "7"], /--keep is "7": give a time, as 7d/],
    [["--builds-per-day", "many"], /--builds-per-day is "many": give a number/],
    [[...load, "--largest-blob", "5"], /--largest-blob is "5": give a number with its unit/],
    [[...load, "--keep", "9999999d"], /no disk is large enough/],
  ] as const)("%j is a mistake", async ([args, says]) => {
    const { code, stderr } = await runHayloft(["sizing", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});
