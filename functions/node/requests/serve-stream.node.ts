import { constants } from "node:http2";
import { createContextValues } from "@connectrpc/connect";
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import type { Peer } from "../../access/caller.ts";
import { clientIsGone } from "../../handlers/client-is-gone.ts";
import { isUnexpected } from "../../handlers/status.ts";
import { hostOf, type ServerStream } from "../../http2/server-stream.node.ts";
import { peerKey } from "../../interceptors/gate.ts";
import type { ReportError } from "../../telemetry/report-error.ts";
import { plainHeaders } from "./plain-headers.ts";
import { StreamBody } from "./stream-body.node.ts";
import { pathOf, urlOf } from "./url-of.ts";

/** Serves a request over HTTP/2. Never rejects: a client that is gone concerns nobody, and anything else goes to `report`. */
export async function serveStream(
  stream: ServerStream,
  handler: UniversalHandlerFn,
  report: ReportError,
  peer: Peer | undefined,
): Promise<void> {
  const gone = new AbortController();
  const body = new StreamBody(stream);
  stream.receive({
    data: (bytes) => body.data(bytes),
    end: () => body.end(),
    close: (early) => {
      if (early) gone.abort(clientIsGone());
      body.close(early);
    },
  });
  try {
    const answer = await handler(universalRequest(stream, body, gone.signal, peer));
    await respond(answer, stream, gone.signal);
  } catch (error) {
    if (!gone.signal.aborted && isUnexpected(error)) {
      const { headers } = stream;
      report(error, `${headers.get(":method")} ${pathOf(headers.get(":path") ?? "")}`);
    }
    // Half an answer must not look like a whole one.
    stream.reset(constants.NGHTTP2_INTERNAL_ERROR);
  }
}

function universalRequest(
  { headers }: ServerStream,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  peer: Peer | undefined,
): UniversalServerRequest {
  const header = new Headers();
  for (const [name, value] of headers) if (!name.startsWith(":")) header.append(name, value);
  const host = hostOf(headers);
  if (host !== undefined) header.set("host", host);
  return {
    httpVersion: "2.0",
    method: headers.get(":method") ?? "",
    url: urlOf(headers.get(":path") ?? ""),
    header,
    body,
    signal,
    ...(peer === undefined ? {} : { contextValues: createContextValues().set(peerKey, peer) }),
  };
}

/** Sends an answer, at the pace at which the client takes it. Throws where it cannot be completed. */
async function respond(
  answer: UniversalServerResponse,
  stream: ServerStream,
  signal: AbortSignal,
): Promise<void> {
  const body = answer.body?.[Symbol.asyncIterator]();
  try {
    // A handler sets headers until its first bytes.
    let chunk = await body?.next();
    signal.throwIfAborted();
    const headers = { ":status": String(answer.status), ...plainHeaders(answer.header) };
    if (chunk === undefined && answer.trailer === undefined) {
      stream.end(headers);
      return;
    }
    stream.respond(headers);
    while (chunk !== undefined && chunk.done !== true) {
      if (!stream.write([chunk.value])) await stream.drained();
      signal.throwIfAborted();
      chunk = await body?.next();
      signal.throwIfAborted();
    }
    stream.end(plainHeaders(answer.trailer));
  } finally {
    await body?.return?.();
  }
}
