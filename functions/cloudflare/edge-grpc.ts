import {
  encodeEnvelope,
  type EnvelopedMessage,
  pipe,
  transformJoinEnvelopes,
  transformSplitEnvelope,
  type UniversalHandlerFn,
  type UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { trailerFlag, trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import { iterate } from "../../shared/bytes/collect.ts";
import { isGrpcWeb } from "../handlers/unknown-rpc.ts";

/**
 * Serves zones that turn native gRPC into gRPC-Web for their Worker, and its answer back. That way back wants trailers in the body,
 * without a space behind the colon, and no Content-Length.
 */
export function forGrpcEdge(handler: UniversalHandlerFn): UniversalHandlerFn {
  return async (request) => {
    const response = await handler(request);
    return isGrpcWeb(request) ? encoded(response) : response;
  };
}

function encoded(response: UniversalServerResponse): UniversalServerResponse {
  const header = new Headers(response.header);
  header.delete("content-length");
  if (response.body !== undefined) {
    const split = transformSplitEnvelope(0xffff_ffff);
    const body = pipe(response.body, split, tightened, transformJoinEnvelopes());
    return { ...response, header, body };
  }
  // An answer without a message has its trailers in the place of headers.
  const trailers = new Headers([...header].filter(([name]) => name.startsWith("grpc-")));
  for (const name of trailers.keys()) header.delete(name);
  const frame = encodeEnvelope(trailerFlag, tight(trailers));
  return { ...response, header, body: iterate([frame]) };
}

async function* tightened(
  envelopes: AsyncIterable<EnvelopedMessage>,
): AsyncGenerator<EnvelopedMessage, void, undefined> {
  for await (const { flags, data } of envelopes) {
    const isTrailer = (flags & trailerFlag) !== 0;
    yield isTrailer ? { flags, data: tight(trailerParse(data)) } : { flags, data };
  }
}

function tight(trailers: Headers): Uint8Array<ArrayBuffer> {
  const lines = [...trailers].map(([name, value]) => `${name}:${value}\r\n`);
  return new TextEncoder().encode(lines.join(""));
}
