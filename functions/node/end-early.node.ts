import type { ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import { limits } from "../../shared/limits.ts";
import type { NodeRequest, NodeResponse } from "./request.node.ts";

/**
 * Called before an answer is sent: if the request is not all there once the answer is, what is left of it is refused, so that it
 * neither takes the connection's window nor has to be read.
 */
export function endEarly(request: NodeRequest, response: NodeResponse): void {
  if ("stream" in response) endStream(request, response);
  else if (!request.complete) endConnection(request, response);
}

function endStream(request: NodeRequest, { stream }: Http2ServerResponse): void {
  const refuseRest = (): void => {
    if (request.complete) return;
    stream.close(constants.NGHTTP2_NO_ERROR);
    // What came and was not read would keep the stream, and with it the connection.
    stream.destroy();
  };
  // Trailers are sent when they are asked for: the end of the stream itself would come only with the client's.
  stream.once("wantTrailers", () => setImmediate(refuseRest));
}

/**
 * On HTTP/1.1 only the connection's end stops a request. The client gets some time to read its answer first, for a reset at once
 * could take it away; if it sends the rest within it, the connection lives on.
 */
function endConnection(request: NodeRequest, response: ServerResponse): void {
  const { socket } = request;
  response.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
    const spare = (): void => clearTimeout(timer);
    request.once("end", spare).once("close", spare).resume();
  });
}
