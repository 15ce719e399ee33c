import type { IncomingMessage, ServerResponse } from "node:http";
import { limits } from "../../../shared/limits.ts";

/**
 * Called before an answer is sent: if the request is not all there once the answer is, only the connection's end stops it. The client
 * gets some time to read its answer first, for a reset at once could take it away; if it sends the rest within it, the connection
 * lives on.
 */
export function endEarly(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || !hasBody(request)) return;
  const { socket } = request;
  response.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
    const spare = (): void => clearTimeout(timer);
    request.once("end", spare).once("close", spare).resume();
  });
}

/** What has none may be answered before Node calls it complete. */
function hasBody({ headers }: IncomingMessage): boolean {
  const { "content-length": length = "0", "transfer-encoding": coding } = headers;
  return length !== "0" || coding !== undefined;
}
