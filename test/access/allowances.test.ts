import { describe, expect, test } from "vitest";
import { Allowances, countingGate } from "../../functions/access/allowances.ts";
import { limits } from "../../shared/limits.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import type { Allowance, Principal } from "../../shared/stores/call.ts";
import { anonymous } from "../support/principals.ts";
import { MIB } from "../support/bytes.ts";
import { ManualClock } from "../support/clock.ts";

function holder(allowance: Allowance, subject = "somebody"): Principal {
  return { ...anonymous, subject, allowance };
}

/** How long it has to wait; 0 where it need not. */
function waitOf(spend: () => void): number {
  try {
    spend();
    return 0;
  } catch (error) {
    if (error instanceof RetryLater) return error.waitMs;
    throw error;
  }
}

describe("requests", () => {
  const ten = holder({ requestsPerSecond: 10 });

  test("come ten seconds' worth at once, and then as fast as they may", () => {
    const clock = new ManualClock();
    const allowances = new Allowances(clock);
    const admitted = (): number => {
      let count = 0;
      while (waitOf(() => allowances.spendRequest(ten)) === 0) count++;
      return count;
    };
    expect(admitted()).toBe(100);
    clock.advance(1000);
    expect(admitted()).toBe(10);
    clock.advance(3_600_000);
    expect(admitted()).toBe(100);
  });

  test("that are refused are told when to come again, and may then", () => {
    const clock = new ManualClock();
    const allowances = new Allowances(clock);
    const one = holder({ requestsPerSecond: 0.1 });
    allowances.spendRequest(one);
    const waitMs = waitOf(() => allowances.spendRequest(one));
    expect(waitMs).toBeGreaterThan(0);
    for (let refused = 0; refused < 10; refused++) {
      expect(waitOf(() => allowances.spendRequest(one))).toBe(waitMs);
    }
    clock.advance(waitMs - 1);
    expect(waitOf(() => allowances.spendRequest(one))).toBeGreaterThan(0);
    clock.advance(1);
    expect(waitOf(() => allowances.spendRequest(one))).toBe(0);
  });

  test("are counted for a subject, whatever it shows, and for nobody else", () => {
    const allowances = new Allowances(new ManualClock());
    for (let count = 0; count < 100; count++) allowances.spendRequest(ten);
    expect(() => allowances.spendRequest(holder({ requestsPerSecond: 10 }))).toThrow(
      "somebody may make 10 requests per second",
    );
    allowances.spendRequest(holder({ requestsPerSecond: 10 }, "somebody else"));
  });

  test("are refused after the gate, which itself may take its time", async () => {
    const allowances = new Allowances(new ManualClock());
    const one = holder({ requestsPerSecond: 0.1 });
    const caller = { header: new Headers() };
    const atOnce = countingGate(() => one, allowances);
    const later = countingGate(async () => await Promise.resolve(one), allowances);
    expect(atOnce(caller)).toBe(one);
    expect(() => atOnce(caller)).toThrow(RetryLater);
    await expect(later(caller)).rejects.toThrow(RetryLater);
  });
});

describe("uploads", () => {
  const megabyte = holder({ uploadBytesPerSecond: MIB });

  test("may be larger than all that may come at once, and others then wait", () => {
    const clock = new ManualClock();
    const allowances = new Allowances(clock);
    allowances.spendUpload(megabyte, 1000 * MIB);
    const waitMs = waitOf(() => allowances.spendUpload(megabyte, 1));
    expect(waitMs).toBe((1000 - limits.uploadBurstSeconds) * 1000 + 1);
    clock.advance(waitMs);
    allowances.spendUpload(megabyte, 1);
  });

  test("and requests have nothing to do with each other", () => {
    const allowances = new Allowances(new ManualClock());
    const both = holder({ uploadBytesPerSecond: MIB, requestsPerSecond: 1 });
    allowances.spendUpload(both, 1000 * MIB);
    allowances.spendRequest(both);
  });

  test("go on where a clock is set back", () => {
    const clock = new ManualClock();
    const allowances = new Allowances(clock);
    allowances.spendUpload(megabyte, 60 * MIB);
    clock.advance(-3_600_000);
    expect(waitOf(() => allowances.spendUpload(megabyte, 1))).toBe(1);
    clock.advance(1);
    allowances.spendUpload(megabyte, 1);
  });
});

describe("what is remembered", () => {
  test("is nothing of who has no allowance", () => {
    const allowances = new Allowances(new ManualClock());
    allowances.spendRequest(anonymous);
    allowances.spendUpload(anonymous, 1e12);
    allowances.spendUpload(holder({ maxBlobBytes: 1 }), 1);
    expect(allowances.size).toBe(0);
  });

  test("is bounded, and those who come most often stay", () => {
    const allowances = new Allowances(new ManualClock());
    const frequent = holder({ requestsPerSecond: 1 }, "frequent");
    for (let count = 0; count < 10; count++) allowances.spendRequest(frequent);
    for (let index = 0; index < 3 * limits.countedSubjects; index++) {
      allowances.spendRequest(holder({ requestsPerSecond: 1 }, `subject ${index}`));
      expect(waitOf(() => allowances.spendRequest(frequent))).toBeGreaterThan(0);
    }
    expect(allowances.size).toBe(limits.countedSubjects);
  });
});
