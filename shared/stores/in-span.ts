import type { Attributes, Span } from "../telemetry/tracing/span.ts";
import type { Soon } from "../soon.ts";
import type { Call } from "./call.ts";

/** Finds the span of what is done by its signal, for those who are told nothing else of the call that it is for. */
const spans = new WeakMap<AbortSignal, Span>();

/** Calls a store in a span of its own, if the call is traced. `told` is what the span says of what it gave. */
export function callInSpan<T>(
  call: Call,
  name: string,
  work: (call: Call) => Promise<T>,
  told?: (given: T) => Attributes,
): Promise<T>;
export function callInSpan<T>(
  call: Call,
  name: string,
  work: (call: Call) => Soon<T>,
  told?: (given: T) => Attributes,
): Soon<T>;
export function callInSpan<T>(
  call: Call,
  name: string,
  work: (call: Call) => Soon<T>,
  told?: (given: T) => Attributes,
): Soon<T> {
  const span = call.notes?.span?.child(name, "internal");
  if (span === undefined) return work(call);
  const signal = AbortSignal.any([call.signal]);
  spans.set(signal, span);
  return watched(span, async () => await work({ ...call, signal }), told);
}

/** Asks `service` for something in a span of its own, if it is for a call of a store that has one. */
export function askInSpan<T>(
  signal: AbortSignal,
  { name, service }: { readonly name: string; readonly service: string },
  work: () => Promise<T>,
): Promise<T> {
  const span = spans.get(signal)?.child(name, "client");
  if (span === undefined) return work();
  span.set({ "peer.service": service });
  return watched(span, work);
}

async function watched<T>(
  span: Span,
  work: () => Promise<T>,
  told?: (given: T) => Attributes,
): Promise<T> {
  try {
    const given = await work();
    if (told !== undefined) span.set(told(given));
    return given;
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
