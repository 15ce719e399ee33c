import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import type { Metric } from "../../shared/metric.ts";
import type { Services } from "../../shared/services/services.ts";
import { anonymous, type Call } from "../../shared/stores/call.ts";
import { getAction, putAction } from "./http-actions.ts";
import { errorAnswer, textAnswer } from "./http-answer.ts";
import { getBlob, putBlob } from "./http-blobs.ts";
import { UnacceptableBody } from "./http-body.ts";
import { parseCachePath, rawPath } from "./http-cache-path.ts";
import { metricsAnswer } from "./metrics.ts";
import { isUnexpected } from "./status.ts";
import type { ReportError } from "../interceptors/errors.ts";
import type { Gate } from "../interceptors/gate.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";

const METHODS = "GET, HEAD, PUT";

export interface HttpCacheOptions {
  readonly services: Services;
  readonly budget: RequestBudget;
  readonly report: ReportError;
  readonly metrics?: () => readonly Metric[];
  readonly gate?: Gate;
}

/**
 * The HTTP cache that Bazel, moon and many others speak: `GET`, `HEAD` and `PUT` of `[/{instance}]/{ac,cas}/{hash}`, on the same
 * blobs and action results as the RPCs. `/` and `/status` answer whoever asks whether the server is up, `/metrics` how it is.
 */
export function httpCacheHandler(options: HttpCacheOptions): UniversalHandlerFn {
  const { report } = options;
  return async (request) => {
    try {
      return await serve(request, options);
    } catch (error) {
      if (error instanceof UnacceptableBody) return textAnswer(error.status, error.message);
      if (isUnexpected(error)) report(error, `${request.method} ${rawPath(request.url)}`);
      return errorAnswer(error);
    }
  };
}

async function serve(
  request: UniversalServerRequest,
  { services, budget, metrics, gate }: HttpCacheOptions,
): Promise<UniversalServerResponse> {
  gate?.(request.header);
  const pathname = rawPath(request.url);
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && (pathname === "/" || pathname === "/status")) return textAnswer(200, "hayloft");
  if (isRead && pathname === "/metrics") return metricsAnswer(metrics);
  const path = parseCachePath(pathname, services.functions);
  if (path === undefined) {
    return textAnswer(404, "not a path of this cache: [/{instance}]/{ac,cas}/{hash}");
  }
  const call: Call = {
    signal: request.signal,
    instanceName: path.instanceName,
    principal: anonymous,
  };
  const isAction = path.kind === "ac";
  if (isRead) {
    return await (isAction ? getAction : getBlob)(path, request, services, call);
  }
  if (request.method === "PUT") {
    const put = isAction ? putAction : putBlob;
    const isHeldWhole = isAction || !request.header.has("content-length");
    if (!isHeldWhole) return await put(path, request, services, call);
    return await budget.serve(async (counted) => await put(path, counted, services, call), request);
  }
  return textAnswer(405, `${request.method} is not supported here`, { allow: METHODS });
}
