import { expect, test } from "vitest";
import { ErrorLog } from "../../functions/node/error-log.node.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { ManualClock } from "../support/clock.ts";

function newLog(): {
  readonly log: ErrorLog;
  readonly clock: ManualClock;
  readonly told: string[];
} {
  const clock = new ManualClock();
  const told: string[] = [];
  return { log: new ErrorLog(clock, (text) => told.push(text)), clock, told };
}

const down = new StoreError("unavailable", "the table is down");

test("trouble with a store has one line, a defect its stack", () => {
  const { log, told } = newLog();
  log.report(down, "Service/Call");
  log.report(new TypeError("no such thing"), "GET /");
  expect(told[0]).toBe("hayloft: Service/Call: the table is down");
  expect(told[1]).toMatch(/^hayloft: GET \/: internal error: TypeError: no such thing\n +at /);
});

test("what was told is not told again for a minute, and then with how often it was not", () => {
  const { log, clock, told } = newLog();
  for (let times = 0; times < 5; times++) log.report(down, "Service/Call");
  clock.advance(limits.quietMs - 1);
  log.report(down, "Service/Other");
  expect(told).toEqual(["hayloft: Service/Call: the table is down"]);
  clock.advance(1);
  for (let times = 0; times < 2; times++) log.report(down, "Service/Other");
  expect(told.slice(1)).toEqual(["hayloft: Service/Other: the table is down (and 5 more before)"]);
  clock.advance(limits.quietMs);
  log.report(down, "Service/Other");
  clock.advance(limits.quietMs);
  log.report(down, "Service/Other");
  expect(told.slice(2)).toEqual([
    "hayloft: Service/Other: the table is down (and 1 more before)",
    "hayloft: Service/Other: the table is down",
  ]);
});

test("other things are told in between, and however many there are, few are remembered", () => {
  const { log, told } = newLog();
  for (let index = 0; index < 1000; index++) {
    log.report(new StoreError("unavailable", `trouble ${index}`), "Service/Call");
  }
  expect(told).toHaveLength(1000);
  log.report(new StoreError("unavailable", "trouble 999"), "Service/Call");
  expect(told).toHaveLength(1000);
});
