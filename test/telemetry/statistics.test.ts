import { describe, expect, test } from "vitest";
import { everyInstance, parseGlob } from "../../shared/digest/instance-glob.ts";
import { limits } from "../../shared/limits.ts";
import {
  mergeRows,
  type StatisticsRow,
  type SubjectKind,
  sumRows,
} from "../../shared/telemetry/statistics/statistics-row.ts";
import { Statistics } from "../../shared/telemetry/statistics/statistics.ts";
import { ManualClock } from "../support/clock.ts";
import { actionLookup, seen } from "./seen.ts";

function all(statistics: Statistics, kind: SubjectKind): readonly StatisticsRow[] {
  return statistics.read({ kind, instances: everyInstance });
}

function one(statistics: Statistics, kind: SubjectKind, value: string): StatisticsRow | undefined {
  return sumRows(statistics.read({ kind, instances: everyInstance, value }));
}

function valuesOf(rows: readonly StatisticsRow[]): readonly string[] {
  return rows.map(({ value }) => value);
}

describe("statistics", () => {
  test("count what requests look up, bring and take", () => {
    const clock = new ManualClock();
    const statistics = new Statistics(clock, []);
    const cas = { store: "cas" } as const;
    const firstSeenMs = clock.now();
    statistics.count(seen({ lookup: actionLookup(1, 0) }));
    statistics.count(seen({ lookup: actionLookup(0, 1) }));
    statistics.count(seen({ lookup: { ...actionLookup(0, 1), verb: "put" } }));
    statistics.count(seen({ lookup: { ...cas, verb: "find", hits: 7, misses: 3, bytes: 0 } }));
    statistics.count(seen({ lookup: { ...cas, verb: "get", hits: 2, misses: 1, bytes: 50 } }));
    statistics.count(seen({ lookup: { ...cas, verb: "put", hits: 5, misses: 3, bytes: 30 } }));
    clock.advance(1000);
    statistics.count(seen({ lookup: undefined, hasFailed: true }));
    expect(one(statistics, "instance", "")?.counts).toEqual({
      actionHits: 1,
      actionMisses: 1,
      actionsWritten: 1,
      blobsFound: 9,
      blobsMissing: 4,
      blobsRead: 2,
      bytesRead: 50,
      blobsWritten: 3,
      bytesWritten: 30,
      requests: 7,
      errors: 1,
      firstSeenMs,
      lastSeenMs: firstSeenMs + 1000,
    });
  });

  test("know a request by all that it has", () => {
    const statistics = new Statistics(new ManualClock(), ["x-ci-job"]);
    const client = { tool: "bazel", invocationId: "i", mnemonic: "CppCompile", target: "//a:b" };
    statistics.count(seen({ ...client, principal: "ci", headers: { "x-ci-job": "nightly" } }));
    statistics.count(seen());
    expect(one(statistics, "instance", "")?.counts.requests).toBe(2);
    for (const [kind, value] of [
      ["invocation", "i"],
      ["principal", "ci"],
      ["mnemonic", "CppCompile"],
      ["target", "//a:b"],
      ["tool", "bazel"],
      ["header:x-ci-job", "nightly"],
    ] as const) {
      expect([kind, one(statistics, kind, value)?.counts.requests]).toEqual([kind, 1]);
    }
    expect(valuesOf(all(statistics, "invocation"))).toEqual(["i"]);
    expect(all(statistics, "header:x-team")).toEqual([]);
  });

  test("are kept for each instance by itself", () => {
    const statistics = new Statistics(new ManualClock(), []);
    for (const instance of ["main", "main/pr-1", "other"]) {
      statistics.count(seen({ instance, invocationId: "i" }));
    }
    const namesIn = (glob: string): readonly string[] =>
      statistics
        .read({ kind: "invocation", value: "i", instances: parseGlob(glob) })
        .map(({ instanceName }) => instanceName);
    expect(namesIn("main")).toEqual(["main"]);
    expect(namesIn("main/**")).toEqual(["main", "main/pr-1"]);
    expect(namesIn("**")).toEqual(["main", "main/pr-1", "other"]);
  });

  test("do not take one subject for another, whatever instances are called", () => {
    const statistics = new Statistics(new ManualClock(), []);
    statistics.count(seen({ instance: "b", tool: "a" }));
    statistics.count(seen({ instance: "", tool: "ab" }));
    statistics.count(seen({ instance: "1 b", tool: "a" }));
    expect(all(statistics, "tool").map(({ counts }) => counts.requests)).toEqual([1, 1, 1]);
  });

  test("tell the mnemonics of an invocation apart, as many as there is room for", () => {
    const statistics = new Statistics(new ManualClock(), []);
    const names = Array.from({ length: limits.statisticsMnemonics + 5 }, (_, n) => `M${n}`);
    for (const mnemonic of names) statistics.count(seen({ invocationId: "i", mnemonic }));
    statistics.count(seen({ invocationId: "i", mnemonic: "M1", lookup: actionLookup(0, 1) }));
    const find = { store: "cas", verb: "find", hits: 9, misses: 9, bytes: 0 } as const;
    statistics.count(seen({ invocationId: "i", mnemonic: "M1", lookup: find }));
    const { mnemonics } = one(statistics, "invocation", "i") ?? {};
    expect(mnemonics?.size).toBe(limits.statisticsMnemonics + 1);
    expect(mnemonics?.get("M1")).toEqual({ actionHits: 1, actionMisses: 1 });
    expect(mnemonics?.get("")).toEqual({ actionHits: 5, actionMisses: 0 });
    expect(all(statistics, "invocation")[0]?.mnemonics.size).toBe(0);
  });
});

describe("what statistics remember", () => {
  const most = limits.statisticsSubjects;
  const names = (count: number, prefix = ""): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  test("is bounded, and what was not seen for longest goes first", () => {
    const clock = new ManualClock();
    const statistics = new Statistics(clock, []);
    const see = (invocationId: string): void => {
      clock.advance(1);
      statistics.count(seen({ invocationId }));
    };
    for (const name of names(most)) see(name);
    expect(all(statistics, "invocation")).toHaveLength(most);
    see("0");
    see("new");
    const values = valuesOf(all(statistics, "invocation"));
    expect(values.length).toBeGreaterThan(0.8 * most);
    expect(values).toEqual(expect.arrayContaining(["0", "new", `${most - 1}`]));
    expect(values).not.toContain("1");
    for (const name of names(3 * most, "more")) see(name);
    expect(all(statistics, "invocation").length).toBeLessThanOrEqual(most);
    expect(valuesOf(all(statistics, "principal"))).toEqual(["somebody"]);
  });

  test("ends when nothing was seen of it for long", () => {
    const clock = new ManualClock();
    const statistics = new Statistics(clock, []);
    statistics.count(seen({ invocationId: "old" }));
    clock.advance(limits.statisticsAgeMs);
    statistics.count(seen({ invocationId: "new" }));
    expect(valuesOf(all(statistics, "invocation"))).toEqual(["old", "new"]);
    clock.advance(1);
    expect(valuesOf(all(statistics, "invocation"))).toEqual(["new"]);
    statistics.count(seen({ invocationId: "old" }));
    expect(one(statistics, "invocation", "old")?.counts.requests).toBe(1);
  });
});

test("what several threads have seen is one row for each subject and instance", () => {
  const clock = new ManualClock();
  const threads = [new Statistics(clock, []), new Statistics(clock, [])];
  for (const thread of threads) {
    thread.count(seen({ invocationId: "i", mnemonic: "CppCompile" }));
    clock.advance(5);
  }
  threads[1]?.count(seen({ invocationId: "j" }));
  const rows = mergeRows(threads.flatMap((thread) => all(thread, "invocation")));
  expect(rows.map(({ value, counts }) => [value, counts.requests])).toEqual([
    ["i", 2],
    ["j", 1],
  ]);
  const { counts, mnemonics } =
    sumRows(threads.flatMap((thread) => one(thread, "invocation", "i") ?? [])) ?? {};
  expect(mnemonics?.get("CppCompile")).toEqual({ actionHits: 2, actionMisses: 0 });
  expect((counts?.lastSeenMs ?? 0) - (counts?.firstSeenMs ?? 0)).toBe(5);
});
