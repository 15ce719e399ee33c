import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { iterate } from "../../shared/bytes/collect.ts";
import type { Peer } from "../access/caller.ts";
import { peerKey } from "../interceptors/gate.ts";
import type { RequestHeader } from "./call-context.ts";

/** A request of an HTTP cache, whichever way it came in. */
export interface HttpRequest {
  readonly httpVersion: string;
  readonly method: string;
  readonly url: string;
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

export type HttpHandler = (request: HttpRequest) => Promise<HttpAnswer>;

/** The same handler for requests as Connect has them. */
export function universalHttp(handler: HttpHandler): UniversalHandlerFn {
  return async (request) => {
    const peer = request.contextValues?.get(peerKey);
    return universalAnswer(await handler({ ...request, body: bytesOf(request), peer }));
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
