import { Code } from "@connectrpc/connect";
import type { Attributes } from "../../shared/telemetry/tracing/span.ts";
import type { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { errorClass } from "../handlers/error-class.ts";
import { codeName } from "./code-names.ts";
import { isLook } from "./request-names.ts";
import type { RequestRecord } from "./request-record.ts";
import type { BeginSpan, RequestListener } from "./request-watch.ts";

/** Gives each request that is traced a span, by the semantic conventions of OpenTelemetry. It is named as in metrics and in the log. */
export function requestSpans(tracer: Tracer): {
  readonly begin: BeginSpan;
  readonly ended: RequestListener;
} {
  return {
    // Looks would fill traces with nothing.
    begin: ({ rpc, header }) => (isLook(rpc) ? undefined : tracer.begin(rpc, header)),
    ended: (record) => {
      const { span, asked, code, endMs } = record;
      if (span === undefined) return;
      span.set(asked.protocol === "http" ? httpAttributes(record) : rpcAttributes(record));
      span.set(cacheAttributes(record));
      span.set({ "hayloft.spans_left_out": atLeastOne(-span.trace.room) });
      if (code !== undefined) span.set({ "error.type": errorType(record, code) });
      span.hasFailed = code !== undefined && serverErrors.has(code);
      span.end(endMs);
    },
  };
}

/** Codes that are no mistake of the caller's, for which the conventions have a server's span be an error. */
const serverErrors: ReadonlySet<Code> = new Set([
  Code.Unknown,
  Code.DeadlineExceeded,
  Code.Unimplemented,
  Code.Internal,
  Code.Unavailable,
  Code.DataLoss,
]);

function errorType({ error }: RequestRecord, code: Code): string {
  return error === undefined ? codeName(code) : errorClass(error);
}

function rpcAttributes({ asked, code }: RequestRecord): Attributes {
  const { protocol, method } = asked;
  const isConnect = protocol === "connect";
  return {
    "rpc.system": isConnect ? "connect_rpc" : "grpc",
    "rpc.service": method?.parent.typeName,
    "rpc.method": method?.name,
    "rpc.grpc.status_code": isConnect ? undefined : (code ?? 0),
    "rpc.connect_rpc.error_code":
      isConnect && code !== undefined ? codeName(code).toLowerCase() : undefined,
  };
}

function atLeastOne(count: number): number | undefined {
  return count > 0 ? count : undefined;
}

/** The path as a template: what stands for the hash is no part of it. */
function httpAttributes({ asked, status }: RequestRecord): Attributes {
  const [method, kind] = asked.rpc.split(" ");
  return {
    "http.request.method": kind === undefined ? "_OTHER" : method,
    "http.route": kind && `/${kind}/{hash}`,
    "http.response.status_code": status,
  };
}

function cacheAttributes(record: RequestRecord): Attributes {
  const { instanceName, principal, digest, store, client } = record;
  const { startMs, firstByteMs, entryErrors } = record;
  return {
    "hayloft.instance": instanceName,
    "hayloft.principal": principal?.subject,
    "hayloft.digest": digest?.hash,
    "hayloft.digest.bytes": digest?.sizeBytes,
    ...(store === undefined ? {} : lookupAttributes(record)),
    "hayloft.entry_errors": atLeastOne(entryErrors.length),
    "hayloft.first_byte_ms": firstByteMs === undefined ? undefined : firstByteMs - startMs,
    "hayloft.tool": client?.toolName,
    "hayloft.invocation": client?.invocationId,
    "hayloft.action": client?.actionId,
    "hayloft.target": client?.target,
    "hayloft.mnemonic": client?.mnemonic,
  };
}

function lookupAttributes({ store, verb, hits, misses, bytes }: RequestRecord): Attributes {
  return {
    "hayloft.store": store,
    "hayloft.verb": verb,
    "hayloft.hits": hits,
    "hayloft.misses": misses,
    "hayloft.bytes": bytes,
  };
}
