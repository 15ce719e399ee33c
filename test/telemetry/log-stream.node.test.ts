import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { LogStream } from "../../functions/node/log/log-stream.node.ts";
import { limits } from "../../shared/limits.ts";
import type { LogEntry } from "../../shared/telemetry/log.ts";

function open() {
  const stream = new PassThrough();
  const log = new LogStream({
    format: ({ message, fields }) => `${message} ${String(fields["lines"] ?? "")}\n`,
    stream,
  });
  const say = (message: string, level: LogEntry["level"] = "info"): void =>
    log.write({ timeMs: 0, level, message, fields: {} });
  const dropped = (): unknown => log.metrics().map(({ value }) => value);
  return { stream, log, say, dropped, written: (): string => String(stream.read() ?? "") };
}

test("lines are gathered for some milliseconds, and trouble goes out at once, with all before it", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { say, written } = open();
  say("one");
  say("two");
  expect(written()).toBe("");
  vi.advanceTimersByTime(limits.logGatherMs);
  expect(written()).toBe("one \ntwo \n");
  say("three");
  say("four", "warn");
  expect(written()).toBe("three \nfour \n");
  vi.advanceTimersByTime(limits.logGatherMs);
  expect(written()).toBe("");
});

test("what is gathered has a bound", () => {
  const { say, stream } = open();
  for (let bytes = 0; bytes < limits.logGatherBytes; bytes += 1024) say("x".repeat(1024));
  expect(stream.writableLength + stream.readableLength).toBeGreaterThanOrEqual(
    limits.logGatherBytes,
  );
});

test("where nobody reads, lines are dropped and counted, and the log says how many once somebody does", async () => {
  const { log, say, stream, dropped } = open();
  const line = "x".repeat(limits.logGatherBytes);
  const admitted = Math.ceil(limits.logBacklogBytes / line.length) + 3;
  for (let lines = 0; lines < admitted + 10; lines++) say(line);
  expect(stream.writableLength).toBeLessThan(limits.logBacklogBytes + 2 * line.length);
  const [count] = dropped() as number[];
  expect(count).toBeGreaterThanOrEqual(10);
  const all = text(stream);
  await vi.waitFor(() => expect(stream.writableLength).toBe(0));
  say("again");
  log.flush();
  stream.end();
  const lines = (await all).trimEnd().split("\n");
  expect(lines.slice(-2)).toEqual([
    `lines of the log were dropped: whoever reads it does not keep up ${count}`,
    "again",
  ]);
  expect(dropped()).toEqual([count]);
});
