import { traceLimits } from "../../trace-limits.ts";

/** A span elsewhere on whose behalf a request is made, by the headers of W3C's Trace Context. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
  /** What others keep in the trace, to be passed on as it is. */
  readonly state: string;
}

const SAMPLED = 1;
const pattern =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;

/** `undefined` for headers that say nothing, or nothing that can be understood: who calls with such begins a trace anew. */
export function parseTraceContext(
  traceparent: string | null,
  tracestate: string | null,
): TraceContext | undefined {
  if (traceparent === null || traceparent.length > traceLimits.traceparentLength) return undefined;
  const { version, traceId, spanId, flags, more } = pattern.exec(traceparent)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || isZero(traceId) || isZero(spanId)) return undefined;
  // What later versions add stands behind, and may be left unread.
  if (version === "00" && more !== undefined) return undefined;
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) !== 0;
  return { traceId, spanId, isSampled, state: passedOn(tracestate ?? "") };
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

/** The whole or nothing of it: a part may be the wrong one. */
function passedOn(tracestate: string): string {
  const isBounded = tracestate.length <= traceLimits.tracestateLength;
  return isBounded && /^[\t -~]*$/.test(tracestate) ? tracestate : "";
}
