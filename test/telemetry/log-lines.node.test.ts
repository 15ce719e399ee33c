import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { textLine } from "../../functions/node/log/text-line.node.ts";
import { jsonLine } from "../../shared/telemetry/json-line.ts";
import type { LogEntry, LogFields } from "../../shared/telemetry/log.ts";
import { runs } from "../support/runs.ts";

const timeMs = new Date(2026, 10, 22, 8, 5, 6, 7).getTime();

function entry(fields: LogFields, message = "request"): LogEntry {
  return { timeMs, level: "info", message, fields };
}

test("JSON is one line, its time, level and message in front, without what is undefined", () => {
  const fields = { rpc: "A/B", ms: 1.5, size: undefined, causes: ["one", "two"] };
  const time = new Date(timeMs).toISOString();
  expect(jsonLine(entry(fields))).toBe(
    `{"time":"${time}","level":"info","msg":"request","rpc":"A/B","ms":1.5,"causes":["one","two"]}\n`,
  );
  expect(jsonLine(entry({}))).toBe(`{"time":"${time}","level":"info","msg":"request"}\n`);
});

test("text is one line with what is a list beneath it", () => {
  const fields = {
    code: "OK",
    ms: 1.5,
    target: 'a "b"',
    instance: "",
    size: undefined,
    causes: ["Error: one", "Error: two"],
    stack: ["at here"],
  };
  const line =
    '08:05:06.007 info  request code=OK ms=1.5 target="a \\"b\\"" instance=""\n' +
    "  causes: Error: one\n  causes: Error: two\n    at here\n";
  expect(textLine(entry(fields), false)).toBe(line);
  const colored = textLine(entry(fields), true);
  expect(colored).not.toBe(line);
  expect(stripVTControlCharacters(colored)).toBe(line);
});

test("no text breaks a line, or does something to a terminal", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a\nb", "\u001B[2J", "\u009B2J", "\u2028", "\u202E", "\r"),
  );
  fc.assert(
    fc.property(texts, texts, texts, (message, value, item) => {
      const one = entry({ value, list: [item] }, message);
      const json = jsonLine(one);
      const text = textLine(one, false);
      for (const written of [json, text]) expect(written).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
      expect(json.split("\n")).toHaveLength(2);
      expect(text.split("\n")).toHaveLength(3);
      const { list } = JSON.parse(json) as { list: string[] };
      expect(list).toHaveLength(1);
    }),
    runs,
  );
});
