import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { hexToBytes } from "@noble/hashes/utils.js";
import {
  type ExportTraceServiceRequest,
  ExportTraceServiceRequestSchema,
} from "../../proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts";
import type { KeyValueSchema } from "../../proto/gen/opentelemetry/proto/common/v1/common_pb.ts";
import {
  Span_SpanKind,
  type SpanSchema,
  Status_StatusCode,
} from "../../proto/gen/opentelemetry/proto/trace/v1/trace_pb.ts";
import type { Attribute, Attributes, Span, SpanKind } from "./span.ts";

const kinds: Readonly<Record<SpanKind, Span_SpanKind>> = {
  server: Span_SpanKind.SERVER,
  client: Span_SpanKind.CLIENT,
  internal: Span_SpanKind.INTERNAL,
};

/** Of `flags`: sampled, and whether what is said of the parent counts, and that it is in another process. */
const SAMPLED = 0x001;
const TELLS_OF_PARENT = 0x100;
const PARENT_IS_REMOTE = 0x200;

/** Spans as OTLP has them: what `resource` says holds for all. */
export function otlpMessage(resource: Attributes, spans: readonly Span[]): Uint8Array<ArrayBuffer> {
  const version = String(resource["service.version"] ?? "");
  const message: ExportTraceServiceRequest = create(ExportTraceServiceRequestSchema, {
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [{ scope: { name: "hayloft", version }, spans: spans.map(spanMessage) }],
      },
    ],
  });
  return toBinary(ExportTraceServiceRequestSchema, message);
}

function spanMessage(span: Span): MessageInitShape<typeof SpanSchema> {
  const { trace, parentId, startMs, endMs = startMs } = span;
  return {
    traceId: hexToBytes(trace.id),
    spanId: hexToBytes(span.spanId),
    traceState: trace.state,
    ...(parentId === undefined ? {} : { parentSpanId: hexToBytes(parentId) }),
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: nanoseconds(trace.originMs + startMs),
    endTimeUnixNano: nanoseconds(trace.originMs + endMs),
    attributes: keyValues(span.attributes),
    ...(span.hasFailed ? { status: { code: Status_StatusCode.ERROR } } : {}),
    flags: SAMPLED | TELLS_OF_PARENT | (span.hasRemoteParent ? PARENT_IS_REMOTE : 0),
  };
}

/** To the microsecond: a millisecond since 1970 has no more digits. */
function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n;
}

function keyValues(attributes: Attributes): MessageInitShape<typeof KeyValueSchema>[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: { value: anyValue(value) } }],
  );
}

type AnyValueCase =
  | { readonly case: "stringValue"; readonly value: string }
  | { readonly case: "boolValue"; readonly value: boolean }
  | { readonly case: "intValue"; readonly value: bigint }
  | { readonly case: "doubleValue"; readonly value: number };

function anyValue(value: NonNullable<Attribute>): AnyValueCase {
  if (typeof value === "string") return { case: "stringValue", value };
  if (typeof value === "boolean") return { case: "boolValue", value };
  return Number.isSafeInteger(value)
    ? { case: "intValue", value: BigInt(value) }
    : { case: "doubleValue", value };
}
