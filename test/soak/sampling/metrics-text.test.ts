import { expect, test } from "vitest";
import { greatestValue, sumOfValues } from "./metrics-text.ts";

const text = `# HELP heap_bytes of heap_bytes
heap_bytes{thread="0"} 10
heap_bytes{thread="1"} 2.5e1
heap_bytes_total 7
delay 0.5
`;

test("values are found by their name, with labels and without", () => {
  expect(sumOfValues(text, "heap_bytes")).toBe(35);
  expect(greatestValue(text, "heap_bytes")).toBe(25);
  expect(greatestValue(text, "delay")).toBe(0.5);
  expect(sumOfValues(text, "heap")).toBeUndefined();
});
