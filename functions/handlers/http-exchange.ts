import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { iterate } from "../../shared/bytes/collect.ts";
import type { Soon } from "../../shared/soon.ts";
import type { Peer } from "../access/caller.ts";
import { peerKey } from "../interceptors/gate.ts";
import type { RequestHeader } from "./call-context.ts";
import { rawPath } from "./http-cache-path.ts";

/** A request of an HTTP cache, whichever way it came in. */
export interface HttpRequest {
  readonly httpVersion: string;
  readonly method: string;
  /** As the client sent it, without the query. */
  readonly path: string;
  readonly header: RequestHeader;
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** Who is at the other end, where the server knows its connections. */
  readonly peer?: Peer | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At once where it is at hand. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** To be called with what the body gave once that was sent, by who knows when: its memory is then used again. */
  readonly giveBack?: (chunk: Uint8Array) => void;
}

export type HttpHandler = (request: HttpRequest) => Soon<HttpAnswer>;

/** The same handler for requests as Connect has them. */
export function universalHttp(handler: HttpHandler): UniversalHandlerFn {
  return async (request) => {
    const peer = request.contextValues?.get(peerKey);
    const path = rawPath(request.url);
    return universalAnswer(await handler({ ...request, path, body: bytesOf(request), peer }));
  };
}

export function universalAnswer({ status, headers, body }: HttpAnswer): UniversalServerResponse {
  const header = new Headers(headers);
  if (body === undefined) return { status, header };
  return { status, header, body: body instanceof Uint8Array ? iterate([body]) : body };
}

/** Servers that parse JSON bodies themselves are not among ours. */
function bytesOf({ body }: UniversalServerRequest): AsyncIterable<Uint8Array> {
  if (typeof body === "object" && body !== null && Symbol.asyncIterator in body) return body;
  throw new TypeError("the request's body is not a stream of bytes");
}
