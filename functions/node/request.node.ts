import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** A request of either HTTP version as handlers take it. Its signal aborts when the client is gone. */
export function universalRequest(
  request: NodeRequest,
  response: NodeResponse,
): UniversalServerRequest {
  const gone = new AbortController();
  response.once("close", () => gone.abort(clientIsGone()));
  return {
    httpVersion: request.httpVersion,
    method: request.method ?? "",
    url: urlOf(request),
    header: headerOf(request),
    body: bodyOf(request),
    signal: gone.signal,
  };
}

function clientIsGone(): ConnectError {
  return new ConnectError("the client is gone", Code.Canceled);
}

/** A body fails in one way only, and often before the response closes: its client went away. */
async function* bodyOf(request: NodeRequest): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    // Whoever stops reading early still wants to answer, so the stream must outlive its iterator.
    yield* request.iterator({ destroyOnReturn: false });
  } catch {
    throw clientIsGone();
  }
}

/** The authority plays no part in what is served, so a strange one does no harm; the path stays as it was sent. */
function urlOf({ url = "" }: NodeRequest): string {
  return /^https?:\/\//.test(url) ? url : `http://localhost${url}`;
}

function headerOf({ headers }: NodeRequest): Headers {
  const header = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) header.append(name, one);
  }
  return header;
}
