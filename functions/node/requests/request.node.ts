import type { IncomingMessage, ServerResponse } from "node:http";
import { createContextValues } from "@connectrpc/connect";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { Peer } from "../../access/caller.ts";
import { clientIsGone } from "../../handlers/client-is-gone.ts";
import type { HttpRequest } from "../../handlers/http-exchange.ts";
import { freeWhenGivenBack } from "../../../shared/bytes/memory-pool.ts";
import { peerKey } from "../../interceptors/gate.ts";
import { pathOf, urlOf } from "./url-of.ts";

/** A request over HTTP/1.1 as handlers take it. Its signal aborts when the client is gone before it has its answer. */
export function httpRequest(
  request: IncomingMessage,
  response: ServerResponse,
  peer: Peer | undefined,
): HttpRequest {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(clientIsGone());
  });
  const { headers } = request;
  return {
    httpVersion: request.httpVersion,
    method: request.method ?? "",
    path: pathOf(request.url ?? ""),
    header: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    body: bodyOf(request),
    signal: gone.signal,
    peer,
  };
}

/** The same as Connect takes it. */
export function universalRequest(
  { httpVersion, method, body, signal, peer }: HttpRequest,
  { headers, url = "" }: IncomingMessage,
): UniversalServerRequest {
  const request = { httpVersion, method, url: urlOf(url), body, signal };
  const header = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) header.append(name, one);
  }
  if (peer === undefined) return { ...request, header };
  return { ...request, header, contextValues: createContextValues().set(peerKey, peer) };
}

/** A body fails in one way only, and often before the response closes: its client went away. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    // Whoever stops reading early still wants to answer, so the stream must outlive its iterator.
    const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      freeWhenGivenBack(chunk);
      yield chunk;
    }
  } catch {
    throw clientIsGone();
  }
}
