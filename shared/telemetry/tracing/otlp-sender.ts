import { fromBinary } from "@bufbuild/protobuf";
import { collectUpTo } from "../../bytes/collect.ts";
import { traceLimits } from "../../trace-limits.ts";
import { pause } from "../../pause.ts";
import { ExportTraceServiceResponseSchema } from "../../proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts";

type Fetch = typeof globalThis.fetch;

/** Where spans go. */
export interface Collector {
  /** Where they are sent by POST. */
  readonly url: string;
  /** They may hold secrets, and are never shown. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a collector made of spans. */
export type Outcome =
  | { readonly kind: "taken"; readonly rejected: number }
  | { readonly kind: "refused"; readonly reason: string };

type Attempt =
  | Outcome
  | { readonly kind: "later"; readonly reason: string; readonly afterMs: number };

const MEDIA_TYPE = "application/x-protobuf";

/** Answers after which OTLP has clients try again. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Sends an OTLP message, and once more where that may help. Never rejects; `signal` ends it. */
export async function sendSpans(
  fetch: Fetch,
  collector: Collector,
  message: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Outcome> {
  const first = await attempt(fetch, collector, message, signal);
  if (first.kind !== "later") return first;
  try {
    await pause(Math.min(first.afterMs, traceLimits.retryMaxMs), signal);
  } catch {
    return { kind: "refused", reason: first.reason };
  }
  const second = await attempt(fetch, collector, message, signal);
  return second.kind === "later" ? { kind: "refused", reason: second.reason } : second;
}

async function attempt(
  fetch: Fetch,
  { url, headers }: Collector,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Attempt> {
  const timeout = AbortSignal.timeout(traceLimits.exportMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": MEDIA_TYPE },
      body,
      // The headers are for this place alone.
      redirect: "manual",
      signal: AbortSignal.any([signal, timeout]),
    });
    if (response.ok) return { kind: "taken", rejected: await rejectedIn(response) };
    await response.body?.cancel();
    const reason = `it answers ${response.status}`;
    if (!passing.has(response.status)) return { kind: "refused", reason };
    return { kind: "later", reason, afterMs: retryAfterMs(response.headers.get("retry-after")) };
  } catch (error) {
    return { kind: "later", reason: reasonOf(error), afterMs: traceLimits.retryMs };
  }
}

/** How many the collector says that it has not kept. */
async function rejectedIn({ body }: Response): Promise<number> {
  if (body === null) return 0;
  const bytes = await collectUpTo(body, traceLimits.answerBytes);
  if (bytes === undefined) return 0;
  try {
    const { partialSuccess } = fromBinary(ExportTraceServiceResponseSchema, bytes);
    return Number(partialSuccess?.rejectedSpans ?? 0n);
  } catch {
    // Some answer with a text: they have taken the spans all the same.
    return 0;
  }
}

/** Seconds, or a date. */
function retryAfterMs(text: string | null): number {
  if (text === null) return traceLimits.retryMs;
  const ms = /^[0-9]{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? traceLimits.retryMs : Math.max(ms, 0);
}

/** Node says no more than `fetch failed`, and has the reason as its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it cannot be reached";
  if (error.name === "TimeoutError")
    return `it has not answered in ${traceLimits.exportMs / 1000} s`;
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : error.name;
  return `it cannot be reached (${code})`;
}
