import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { dial, gone } from "../support/dial.node.ts";
import { MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";
import { Leftovers } from "../support/leftovers.node.ts";
import { floodBytes, floodNames } from "./floods.node.ts";
import { expectMissing, Health } from "./health.node.ts";
import { canary } from "./sessions.node.ts";

/** How long a client floods a server that does not hang up. */
const PATIENCE_MS = 2000;

/** Sends everything and reads nothing, until the server hangs up or has taken it all. */
async function flood(address: string, bytes: Buffer): Promise<void> {
  const socket = dial(address);
  const closed = gone(socket);
  const taken = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await Promise.race([closed, taken, sleep(PATIENCE_MS)]);
  // What was taken may still have to be understood.
  await Promise.race([closed, sleep(100)]);
  socket.destroy();
  await closed;
}

describe("a flood leaves the server as it was", () => {
  it.for(floodNames)("of %s", async (name, { annotate, expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
    const leftovers = await Leftovers.before(hayloft);
    const health = new Health(hayloft);
    const startedMs = performance.now();
    await flood(hayloft.address, floodBytes(name));
    await leftovers.expectGone(expect);
    await health.expectGood(expect);
    await expectMissing(hayloft, expect, canary);
    const { now, peak = now } = await residentBytes(hayloft.pid);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    await annotate(`over after ${seconds} s, at most ${Math.round(peak / MIB)} MiB`);
  });
});
