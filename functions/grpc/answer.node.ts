import type { AnswerHeaders, ServerStream } from "../http2/server-stream.node.ts";
import { prefixOf } from "./message-splitter.node.ts";
import type { Pieces, StreamedMessage } from "./pieces.ts";

const okHeaders: AnswerHeaders = { ":status": "200", "content-type": "application/grpc+proto" };
const okTrailers: AnswerHeaders = { "grpc-status": "0" };

/** Sends an answer of one message. */
export function send(stream: ServerStream, pieces: Pieces): void {
  stream.respond(okHeaders);
  stream.write([prefixOf(pieces), ...pieces]);
  stream.end(okTrailers);
}

/** Sends an answer of many messages, at the pace at which the client takes them. Throws the signal's reason. */
export async function sendAll(
  stream: ServerStream,
  answers: AsyncIterable<StreamedMessage>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { pieces, sent } of answers) {
    signal.throwIfAborted();
    if (!stream.hasResponded) stream.respond(okHeaders);
    if (stream.write([prefixOf(pieces), ...pieces], sent)) continue;
    await stream.drained();
    signal.throwIfAborted();
  }
  if (!stream.hasResponded) stream.respond(okHeaders);
  stream.end(okTrailers);
}

/** Ends an answer with trailers that say what went wrong; one that has not begun has them in the place of headers. */
export function fail(stream: ServerStream, trailers: Headers): void {
  const headers = Object.fromEntries(trailers);
  stream.end(stream.hasResponded ? headers : { ...okHeaders, ...headers });
}
