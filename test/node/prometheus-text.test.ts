import { expect, test } from "vitest";
import { parseSamples, valuesOf } from "../../functions/node/sizing/prometheus-text.ts";

const samples = parseSamples(`# HELP heap_bytes of heap_bytes
heap_bytes{thread="0",kind="a,b"} 10
heap_bytes{thread="1",kind="c"} 2.5e1
heap_bytes_total 7
delay 0.5
`);

test("values are found by their name, with labels and without", () => {
  expect(valuesOf(samples, { name: "heap_bytes" })).toEqual([10, 25]);
  expect(valuesOf(samples, { name: "heap_bytes" }, { kind: "a,b" })).toEqual([10]);
  expect(valuesOf(samples, { name: "delay" })).toEqual([0.5]);
  expect(valuesOf(samples, { name: "heap" })).toEqual([]);
});
