import { BlobCodecs } from "../../shared/compression/blob-codec.ts";
import { RequestError } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import { recovered, type Soon, whenKnown } from "../../shared/soon.ts";
import type { Call, Client, Principal } from "../../shared/stores/call.ts";
import type { ReadMetrics } from "../../shared/telemetry/metric.ts";
import { getAction, putAction } from "./http-actions.ts";
import { errorAnswer, textAnswer } from "./http-answer.ts";
import { getBlob, putBlob } from "./http-blobs.ts";
import { UnacceptableBody } from "./http-body.ts";
import { type CachePath, parseCachePath } from "./http-cache-path.ts";
import type { HttpAnswer, HttpHandler, HttpRequest } from "./http-exchange.ts";
import { healthCheckAt } from "./http-health.ts";
import { putEncodedBlob } from "./http-encoded-put.ts";
import { codecFor, encodingOf } from "./http-encoding.ts";
import { metricsAnswer } from "./metrics.ts";
import { namespaceOf, permit } from "./permit.ts";
import type { Readiness } from "./readiness.ts";
import type { Gate } from "../access/caller.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";
import { httpName } from "../telemetry/request-names.ts";
import type { RequestRecord } from "../telemetry/request-record.ts";
import type { RequestWatch } from "../telemetry/request-watch.ts";
import { watchedAnswer } from "../telemetry/watched-answer.ts";

const METHODS = "GET, HEAD, PUT";

const noCodecs = new BlobCodecs([]);

export interface HttpCacheOptions {
  readonly services: Services;
  readonly budget: RequestBudget;
  readonly watch: RequestWatch;
  readonly metrics?: ReadMetrics;
  readonly gate: Gate;
  readonly healthIsPublic: boolean;
  readonly readiness: Readiness;
  readonly answersPlainly?: boolean;
}

/**
 * The HTTP cache that Bazel, moon and many others speak: `GET`, `HEAD` and `PUT` of `[/{instance}]/{ac,cas}/{hash}`, on the same
 * blobs and action results as the RPCs. What else there is: whether the server is well (`http-health.ts`), and `/metrics`.
 */
export function httpCacheHandler(options: HttpCacheOptions): HttpHandler {
  const { watch } = options;
  return (request) => {
    const { header, signal } = request;
    const record = watch.begin({ protocol: "http", rpc: httpName(request), header });
    return recovered(
      () =>
        whenKnown(serve(request, record, options), (answer) =>
          watchedAnswer(answer, record, signal),
        ),
      (error) => watchedAnswer(refusal(error, record), record, signal),
    );
  };
}

function refusal(error: unknown, record: RequestRecord): HttpAnswer {
  if (error instanceof UnacceptableBody) {
    record.fail(new RequestError("invalid-argument", error.message));
    return textAnswer(error.status, error.message, error.headers);
  }
  record.fail(error);
  return errorAnswer(error);
}

function serve(
  request: HttpRequest,
  record: RequestRecord,
  options: HttpCacheOptions,
): Soon<HttpAnswer> {
  const { metrics, gate, healthIsPublic, readiness } = options;
  const { header, peer, path } = request;
  const checkHealth = isRead(request) ? healthCheckAt(path) : undefined;
  if (checkHealth !== undefined && healthIsPublic) return checkHealth(readiness);
  return whenKnown(gate({ header, peer }), (principal) => {
    record.principal = principal;
    if (checkHealth !== undefined) return checkHealth(readiness);
    if (isRead(request) && path === "/metrics") return metricsAnswer(metrics, principal);
    return serveEntry(request, principal, record, options);
  });
}

function isRead({ method }: HttpRequest): boolean {
  return method === "GET" || method === "HEAD";
}

function serveEntry(
  request: HttpRequest,
  principal: Principal,
  record: RequestRecord,
  { services, budget, answersPlainly }: HttpCacheOptions,
): Soon<HttpAnswer> {
  const path = parseCachePath(request.path, services.functions);
  if (path === undefined) {
    return textAnswer(404, "not a path of this cache: [/{instance}]/{ac,cas}/{hash}");
  }
  const reads = isRead(request);
  if (!reads && request.method !== "PUT") {
    return textAnswer(405, `${request.method} is not supported here`, { allow: METHODS });
  }
  const { instanceName } = path;
  record.instanceName = instanceName;
  record.about(path);
  const standing = permit(principal, instanceName, `${path.kind}-${reads ? "read" : "write"}`);
  const { signal } = request;
  const client = (): Client | undefined => record.client;
  const call: Call = {
    ...namespaceOf(instanceName, standing),
    signal,
    principal,
    client,
    notes: record,
  };
  if (!reads) return put(path, request, call, { services, budget });
  const readable = answersPlainly === true ? { ...services, codecs: noCodecs } : services;
  return (path.kind === "ac" ? getAction : getBlob)(path, request, readable, call);
}

async function put(
  path: CachePath,
  request: HttpRequest,
  call: Call,
  { services, budget }: Pick<HttpCacheOptions, "services" | "budget">,
): Promise<HttpAnswer> {
  const isAction = path.kind === "ac";
  const encoding = encodingOf(request.header);
  if (encoding !== undefined) {
    const codec = codecFor(encoding, isAction ? [] : services.codecs.list);
    return await putEncodedBlob({ path, request, codec, budget }, services, call);
  }
  const putPlain = isAction ? putAction : putBlob;
  const isHeldWhole = isAction || request.header.get("content-length") === null;
  if (!isHeldWhole) return await putPlain(path, request, services, call);
  return await budget.counted(
    request.body,
    request.signal,
    async (body) => await putPlain(path, { ...request, body }, services, call),
  );
}
