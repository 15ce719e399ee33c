import { expect, test } from "vitest";
import { cpuSeconds, endedChildrenCpuSeconds, parseCpuSeconds } from "./processor-time.node.ts";

test("processor time is found behind whatever name", () => {
  const stat = "17 (a ) (b) 1) S 1 17 17 0 -1 4194304 100 0 0 0 250 50 7 3 20 0 11 0 12345";
  expect(parseCpuSeconds(stat, ["ownUser", "ownSystem"])).toBe(3);
  expect(parseCpuSeconds(stat, ["childrenUser", "childrenSystem"])).toBe(0.1);
});

test.runIf(process.platform === "linux")(
  "that of a live process is about what it says",
  async () => {
    const { user, system } = process.cpuUsage();
    const seconds = (user + system) / 1e6;
    expect(Math.abs(((await cpuSeconds(process.pid)) ?? Number.NaN) - seconds)).toBeLessThan(0.5);
    expect(await endedChildrenCpuSeconds()).toBeGreaterThanOrEqual(0);
  },
);
