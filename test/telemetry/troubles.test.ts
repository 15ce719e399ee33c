import { expect, test } from "vitest";
import { requestLog } from "../../functions/telemetry/request-log.ts";
import { RequestWatch } from "../../functions/telemetry/request-watch.ts";
import { Troubles } from "../../functions/telemetry/troubles.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { Log, type LogEntry, type LogLevel } from "../../shared/telemetry/log.ts";
import { ManualClock } from "../support/clock.ts";

function newLog(level: LogLevel = "info") {
  const clock = new ManualClock();
  const entries: LogEntry[] = [];
  const log = new Log({ level, write: (entry) => void entries.push(entry), clock });
  const troubles = new Troubles(log, clock);
  const watch = new RequestWatch([requestLog(log, troubles)]);
  const failWith = (error: unknown): void => {
    const record = watch.begin({ protocol: "grpc", rpc: "A/B", header: new Headers() });
    record.fail(error);
    record.end();
  };
  const told = (): unknown[] =>
    entries.map(({ level: of, message, fields }) => [of, message, fields["error"]]);
  return { clock, entries, troubles, watch, failWith, told };
}

const full = new StoreError("exhausted", "no room", {
  cause: new Error("a write failed", { cause: new TypeError("ENOSPC") }),
});

test("trouble with a store has its class, and what caused it; a defect its stack as well", () => {
  const { entries, failWith } = newLog();
  failWith(full);
  failWith(new TypeError("no such thing"));
  expect(entries).toMatchObject([
    {
      level: "warn",
      message: "request",
      fields: {
        code: "RESOURCE_EXHAUSTED",
        class: "exhausted",
        error: "no room",
        causes: ["Error: a write failed", "TypeError: ENOSPC"],
      },
    },
    {
      level: "error",
      fields: { code: "INTERNAL", class: "internal", error: "TypeError: no such thing" },
    },
  ]);
  expect(entries[0]?.fields["stack"]).toBeUndefined();
  expect(entries[1]?.fields["stack"]).toContainEqual(expect.stringMatching(/^at .*troubles\.test/));
});

test("trouble with giving something back does not hide what went wrong before", () => {
  const { entries, failWith } = newLog();
  failWith(new SuppressedError(new TypeError("cannot close"), full, "two of them"));
  expect(entries).toMatchObject([
    { level: "warn", fields: { code: "RESOURCE_EXHAUSTED", class: "exhausted", error: "no room" } },
  ]);
});

test("of several causes the first is told", () => {
  const { entries, failWith } = newLog();
  const cause = new AggregateError([new Error("refused"), new Error("no route")], "all failed");
  failWith(new StoreError("unavailable", "it is away", { cause }));
  expect(entries[0]?.fields["causes"]).toEqual(["AggregateError: all failed", "Error: refused"]);
});

test("causes have bounds, and so have their texts", () => {
  const { entries, failWith } = newLog();
  const loop: Error = new Error("x".repeat(10_000));
  loop.cause = loop;
  failWith(new StoreError("corrupt", "y".repeat(10_000), { cause: loop }));
  const { error, causes } = entries[0]?.fields ?? {};
  expect(error).toHaveLength(limits.logTextLength);
  expect(causes).toHaveLength(limits.logCauses);
  for (const cause of Array.isArray(causes) ? causes : []) {
    expect(cause).toHaveLength(limits.logTextLength);
  }
});

test("what goes on failing requests is trouble once in a minute, and then with how often it was not", () => {
  const { clock, entries, failWith } = newLog();
  for (let times = 0; times < 3; times++) failWith(full);
  clock.advance(limits.quietMs);
  failWith(full);
  expect(entries.map(({ level, fields }) => [level, fields["class"], fields["repeated"]])).toEqual([
    ["warn", "exhausted", undefined],
    ["info", "exhausted", undefined],
    ["info", "exhausted", undefined],
    ["warn", "exhausted", 2],
  ]);
  expect(entries.map(({ fields }) => fields["causes"] !== undefined)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test("a log of trouble alone says nothing of the requests that it is known to fail", () => {
  const { failWith, watch, told } = newLog("warn");
  for (let times = 0; times < 3; times++) failWith(full);
  watch.begin({ protocol: "grpc", rpc: "A/B", header: new Headers() }).end();
  expect(told()).toEqual([["warn", "request", "no room"]]);
});

test("entries of a batch that fail are trouble of its request, once", () => {
  const { entries, watch } = newLog();
  const record = watch.begin({ protocol: "grpc", rpc: "A/B", header: new Headers() });
  record.entryErrors.push(new StoreError("too-large", "a large one"), full, full);
  record.end();
  expect(entries).toMatchObject([
    { level: "warn", fields: { code: "OK", failed: 3, class: "exhausted", error: "no room" } },
  ]);
});

test("what fails no request is told by where it was, and what has failed one not again", () => {
  const { clock, failWith, troubles, told } = newLog();
  troubles.report(full, "health of blobs");
  const broken = new Error("broken off");
  failWith(broken);
  clock.advance(limits.quietMs);
  troubles.report(broken, "GET /cas/ab");
  expect(told()).toEqual([
    ["warn", "health of blobs", "no room"],
    ["error", "request", "Error: broken off"],
  ]);
});

test("however many things are told, few are remembered", () => {
  const { entries, troubles } = newLog();
  for (let index = 0; index < 1000; index++) {
    troubles.report(new StoreError("unavailable", `trouble ${index}`), "somewhere");
  }
  expect(entries).toHaveLength(1000);
  troubles.report(new StoreError("unavailable", "trouble 999"), "somewhere");
  expect(entries).toHaveLength(1000);
});
