import type { IncomingMessage, ServerResponse } from "node:http";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { isUnexpected } from "../handlers/status.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { universalRequest } from "./request.node.ts";
import { respond } from "./respond.node.ts";

/** Serves one request over HTTP/1.1. Never rejects: a client that is gone concerns nobody, and anything else goes to `report`. */
export async function serveRequest(
  request: IncomingMessage,
  response: ServerResponse,
  handler: UniversalHandlerFn,
  report: ReportError,
): Promise<void> {
  // Without listeners, a broken connection would be an uncaught exception.
  request.on("error", ignore);
  response.on("error", ignore);
  const universal = universalRequest(request, response);
  try {
    await respond(await handler(universal), request, response, universal.signal);
  } catch (error) {
    if (!universal.signal.aborted && isUnexpected(error)) {
      report(error, `${request.method} ${request.url}`);
    }
    breakOff(request, response);
  }
}

function ignore(): void {}

/** Half an answer must not look like a whole one. */
function breakOff(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) request.socket.destroy();
  else response.writeHead(500, { connection: "close", "content-length": "0" }).end();
}
