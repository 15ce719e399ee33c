import type { IncomingMessage, ServerResponse } from "node:http";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Peer } from "../../access/caller.ts";
import { recovered, type Soon, whenKnown } from "../../../shared/soon.ts";
import { entryKind } from "../../handlers/http-cache-path.ts";
import type { HttpRequest } from "../../handlers/http-exchange.ts";
import { isUnexpected } from "../../handlers/status.ts";
import type { ReportError } from "../../telemetry/report-error.ts";
import type { Front } from "./front.node.ts";
import { plainHeaders } from "./plain-headers.ts";
import { httpRequest, universalRequest } from "./request.node.ts";
import { type Answer, respond } from "./respond.node.ts";

export interface Http1Front extends Pick<Front, "handler">, Partial<Pick<Front, "httpCache">> {
  readonly report: ReportError;
}

/** Serves one request over HTTP/1.1. Never throws nor rejects: a client that is gone concerns nobody, the rest goes to `report`. */
export function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  peer: Peer | undefined,
  front: Http1Front,
): Soon<void> {
  // Without listeners, a broken connection would be an uncaught exception.
  request.on("error", ignore);
  response.on("error", ignore);
  const asked = httpRequest(request, response, peer);
  const answering = (): Soon<void> =>
    whenKnown(answerTo(asked, request, front), (answer) =>
      respond(answer, request, response, asked.signal),
    );
  return recovered(answering, (error) => {
    if (!asked.signal.aborted && isUnexpected(error)) {
      front.report(error, `${asked.method} ${asked.path}`);
    }
    breakOff(request, response);
  });
}

function ignore(): void {}

/** Requests that only the HTTP cache can mean go there at once: what Connect wants to know of them is dear to find out. */
function answerTo(
  asked: HttpRequest,
  request: IncomingMessage,
  { handler, httpCache }: Http1Front,
): Soon<Answer> {
  if (httpCache !== undefined && isForCache(asked)) return httpCache(asked);
  return handler(universalRequest(asked, request)).then(plainAnswer);
}

function isForCache({ method, path, header }: HttpRequest): boolean {
  return (
    (method === "GET" || method === "PUT") &&
    entryKind(path) !== undefined &&
    header.get("content-type")?.startsWith("application/grpc") !== true
  );
}

function plainAnswer({ status, header, body, trailer }: UniversalServerResponse): Answer {
  return {
    status,
    headers: plainHeaders(header),
    ...(body && { body }),
    ...(trailer && { trailers: plainHeaders(trailer) }),
  };
}

/** Half an answer must not look like a whole one. */
function breakOff(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) request.socket.destroy();
  else response.writeHead(500, { connection: "close", "content-length": "0" }).end();
}
