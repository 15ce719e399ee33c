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

function endStream(request: NodeRequest, response: Http2ServerResponse): void {
  const { stream } = response;
  response.once("finish", () => {
    if (!request.complete) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

/**
 * On HTTP/1.1 only the connection's end stops a request. The client gets some time to read its answer first: a reset at once
 * could take it away.
 */
function endConnection(request: NodeRequest, response: ServerResponse): void {
  const { socket } = request;
  response.setHeader("connection", "close");
  response.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), limits.lingerMs);
    socket.once("close", () => clearTimeout(timer));
    request.resume();
  });
}
