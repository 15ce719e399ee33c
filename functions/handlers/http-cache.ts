import { BlobCodecs } from "../../shared/compression/blob-codec.ts";
import { RequestError } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import type { Call, Client } from "../../shared/stores/call.ts";
import type { ReadMetrics } from "../../shared/telemetry/metric.ts";
import { getAction, putAction } from "./http-actions.ts";
import { errorAnswer, textAnswer } from "./http-answer.ts";
import { getBlob, putBlob } from "./http-blobs.ts";
import { UnacceptableBody } from "./http-body.ts";
import { type CachePath, parseCachePath, rawPath } from "./http-cache-path.ts";
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
  return async (request) => {
    const { header, signal } = request;
    const record = watch.begin({ protocol: "http", rpc: httpName(request), header });
    try {
      return watchedAnswer(await serve(request, record, options), record, signal);
    } catch (error) {
      if (error instanceof UnacceptableBody) {
        record.fail(new RequestError("invalid-argument", error.message));
        const refusal = textAnswer(error.status, error.message, error.headers);
        return watchedAnswer(refusal, record, signal);
      }
      record.fail(error);
      return watchedAnswer(errorAnswer(error), record, signal);
    }
  };
}

async function serve(
  request: HttpRequest,
  record: RequestRecord,
  { services, budget, metrics, gate, healthIsPublic, readiness, answersPlainly }: HttpCacheOptions,
): Promise<HttpAnswer> {
  const pathname = rawPath(request.url);
  const isRead = request.method === "GET" || request.method === "HEAD";
  const checkHealth = isRead ? healthCheckAt(pathname) : undefined;
  if (checkHealth !== undefined && healthIsPublic) return await checkHealth(readiness);
  const principal = await gate({ header: request.header, peer: request.peer });
  record.principal = principal;
  if (checkHealth !== undefined) return await checkHealth(readiness);
  if (isRead && pathname === "/metrics") return await metricsAnswer(metrics, principal);
  const path = parseCachePath(pathname, services.functions);
  if (path === undefined) {
    return textAnswer(404, "not a path of this cache: [/{instance}]/{ac,cas}/{hash}");
  }
  if (!isRead && request.method !== "PUT") {
    return textAnswer(405, `${request.method} is not supported here`, { allow: METHODS });
  }
  const { instanceName } = path;
  record.instanceName = instanceName;
  record.about(path);
  const standing = permit(principal, instanceName, `${path.kind}-${isRead ? "read" : "write"}`);
  const { signal } = request;
  const client = (): Client | undefined => record.client;
  const call: Call = {
    ...namespaceOf(instanceName, standing),
    signal,
    principal,
    client,
    notes: record,
  };
  if (!isRead) return await put(path, request, call, { services, budget });
  const readable = answersPlainly === true ? { ...services, codecs: noCodecs } : services;
  return await (path.kind === "ac" ? getAction : getBlob)(path, request, readable, call);
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
