import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from "../../shared/proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.ts";
import type { KeyValue } from "../../shared/proto/gen/opentelemetry/proto/common/v1/common_pb.ts";
import type { Span } from "../../shared/proto/gen/opentelemetry/proto/trace/v1/trace_pb.ts";
import { listening } from "./listening.node.ts";

type Values = Readonly<Record<string, unknown>>;

/** A span as it came in, its ids in hexadecimal digits. */
export interface CollectedSpan {
  readonly message: Span;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly attributes: Values;
}

/** How it answers one message. */
export interface CollectorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rejected?: number;
}

/** Takes spans as a collector of OpenTelemetry's does. */
export interface SpanCollector extends AsyncDisposable {
  /** The endpoint that others are told. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** What the last message said of who sent it. */
  readonly resource: Values;
  /** What each message came with. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** Resolves with the next message. */
  next(): Promise<void>;
}

/** `answer` is asked for each message, in order; those that it does not take are not kept. */
export async function startCollector(
  answer: (message: number) => CollectorAnswer | Promise<CollectorAnswer> = () => ({ status: 200 }),
): Promise<SpanCollector> {
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let resource: Values = {};
  let arrived = Promise.withResolvers<void>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    headers.push({ ":path": request.url, ...request.headers });
    const { status, headers: own, rejected = 0 } = await answer(headers.length - 1);
    const message = fromBinary(ExportTraceServiceRequestSchema, body);
    if (status === 200) {
      for (const { resource: of, scopeSpans } of message.resourceSpans) {
        resource = valuesOf(of?.attributes ?? []);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(collected)));
      }
    }
    const partialSuccess = { rejectedSpans: BigInt(rejected) };
    const told = create(ExportTraceServiceResponseSchema, rejected > 0 ? { partialSuccess } : {});
    response.writeHead(status, { "content-type": "application/x-protobuf", ...own });
    response.end(toBinary(ExportTraceServiceResponseSchema, told));
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  const server = await listening(
    createServer((request, response) => {
      // A client that goes away midway has nothing to hear.
      serve(request, response).catch(() => response.destroy());
    }),
  );
  return {
    url: server.url,
    spans,
    headers,
    get resource() {
      return resource;
    },
    next: async () => await arrived.promise,
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
}

function collected(message: Span): CollectedSpan {
  return {
    message,
    name: message.name,
    traceId: Buffer.from(message.traceId).toString("hex"),
    spanId: Buffer.from(message.spanId).toString("hex"),
    parentId: Buffer.from(message.parentSpanId).toString("hex"),
    attributes: valuesOf(message.attributes),
  };
}

/** Numbers as such, for they are small. */
function valuesOf(pairs: readonly KeyValue[]): Values {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const { value: of } = value?.value ?? {};
      return [key, typeof of === "bigint" ? Number(of) : of];
    }),
  );
}
