import { expect, test } from "vitest";
import type { Span } from "../../shared/telemetry/tracing/span.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { traceLimits } from "../../shared/trace-limits.ts";

const nobody = new Headers();

function caller(traceId: string, flags: "00" | "01"): Headers {
  return new Headers({ traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` });
}

function begun(ratio: number, header: Headers, followsParent = true): Span | undefined {
  return new Tracer({ ratio, followsParent }, () => undefined).begin("a request", header);
}

/** Whose second halves are a quarter and three quarters of all that there are. */
const quarter = `${"a".repeat(16)}4000000000000000`;
const threeQuarters = `${"a".repeat(16)}c000000000000000`;

test("a caller decides for what it calls", () => {
  expect(begun(0, caller(threeQuarters, "01"))?.trace.id).toBe(threeQuarters);
  expect(begun(1, caller(quarter, "00"))).toBeUndefined();
});

test("without that, the id of the trace does, the same everywhere", () => {
  for (const flags of ["00", "01"] as const) {
    expect(begun(0.5, caller(quarter, flags), false)?.trace.id).toBe(quarter);
    expect(begun(0.5, caller(threeQuarters, flags), false)).toBeUndefined();
    expect(begun(0.25, caller(quarter, flags), false)).toBeUndefined();
    expect(begun(1, caller("f".repeat(32), flags), false)).toBeDefined();
    expect(begun(0, caller(quarter, flags), false)).toBeUndefined();
  }
});

test("of traces that begin here, so many are made as the ratio says", () => {
  const tracer = new Tracer({ ratio: 0.25, followsParent: true }, () => undefined);
  const spans = Array.from({ length: 8000 }, () => tracer.begin("a request", nobody));
  const traced = spans.filter((span) => span !== undefined);
  expect(traced.length / spans.length).toBeGreaterThan(0.2);
  expect(traced.length / spans.length).toBeLessThan(0.3);
  expect(new Set(traced.map(({ trace }) => trace.id)).size).toBe(traced.length);
  for (const { trace, spanId, parentId } of traced) {
    expect(trace.id).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(parentId).toBeUndefined();
    // Whoever decides by the id decides the same.
    expect(begun(0.25, caller(trace.id, "00"), false)).toBeDefined();
  }
});

test("a header that nobody understands begins a trace", () => {
  const span = begun(1, new Headers({ traceparent: "what is this" }));
  expect(span).toMatchObject({ parentId: undefined, hasRemoteParent: false });
});

test("one request has only so many spans", () => {
  const span = begun(1, nobody);
  const children = Array.from({ length: traceLimits.spansPerRequest + 5 }, () =>
    span?.child("a call", "internal"),
  );
  expect(children.filter((child) => child !== undefined)).toHaveLength(traceLimits.spansPerRequest);
  expect(span?.trace.room).toBe(-5);
});
