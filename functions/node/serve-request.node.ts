import { constants } from "node:http2";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { isUnexpected } from "../handlers/status.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { type NodeRequest, type NodeResponse, universalRequest } from "./request.node.ts";
import { respond } from "./respond.node.ts";

/** Serves one request. Never rejects: a client that is gone concerns nobody, and anything else goes to `report`. */
export async function serveRequest(
  request: NodeRequest,
  response: NodeResponse,
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
function breakOff(request: NodeRequest, response: NodeResponse): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else if (response.headersSent) request.socket.destroy();
  else response.writeHead(500, { connection: "close", "content-length": "0" }).end();
}
