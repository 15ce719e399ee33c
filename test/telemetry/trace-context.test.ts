import { expect, test } from "vitest";
import { parseTraceContext } from "../../shared/telemetry/tracing/trace-context.ts";
import { traceLimits } from "../../shared/trace-limits.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

test.each([
  ["sampled", `00-${traceId}-${spanId}-01`, true],
  ["not sampled", `00-${traceId}-${spanId}-00`, false],
  ["flags of later days", `00-${traceId}-${spanId}-fe`, false],
  ["a later version", `cc-${traceId}-${spanId}-01`, true],
  ["a later version with more behind", `cc-${traceId}-${spanId}-01-what-will-be`, true],
])("understands a caller: %s", (_, text, isSampled) => {
  expect(parseTraceContext(text, null)).toEqual({ traceId, spanId, isSampled, state: "" });
});

test.each([
  ["nothing", ""],
  ["the version that is none", `ff-${traceId}-${spanId}-01`],
  ["no trace", `00-${"0".repeat(32)}-${spanId}-01`],
  ["no span", `00-${traceId}-${"0".repeat(16)}-01`],
  ["large letters", `00-${traceId.toUpperCase()}-${spanId}-01`],
  ["a short id", `00-${traceId.slice(1)}-${spanId}-01`],
  ["no flags", `00-${traceId}-${spanId}`],
  ["more behind the first version", `00-${traceId}-${spanId}-01-more`],
  ["more behind a later version without a dash", `cc-${traceId}-${spanId}-01.more`],
  ["two of them", `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`],
  ["what is too long", `cc-${traceId}-${spanId}-01-${"x".repeat(traceLimits.traceparentLength)}`],
])("takes for none: %s", (_, text) => {
  expect(parseTraceContext(text, "a=b")).toBeUndefined();
});

test("passes the state on as it is, or not at all", () => {
  const stateOf = (text: string): string | undefined =>
    parseTraceContext(`00-${traceId}-${spanId}-01`, text)?.state;
  expect(stateOf("one=a:b;c, two@x=y")).toBe("one=a:b;c, two@x=y");
  expect(stateOf(`a=${"x".repeat(traceLimits.tracestateLength - 2)}`)).toHaveLength(512);
  expect(stateOf(`a=${"x".repeat(traceLimits.tracestateLength)}`)).toBe("");
  expect(stateOf("a=\u0007")).toBe("");
});
