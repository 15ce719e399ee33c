import { giveBack, isLent } from "../../shared/bytes/memory-pool.ts";
import { isKnown, type Soon, type SoonAll } from "../../shared/soon.ts";
import { recurringHeaders } from "../http2/header-encoder.node.ts";
import type { AnswerHeaders, ServerStream } from "../http2/server-stream.node.ts";
import type { GrpcCall } from "./grpc-call.node.ts";
import { prefixOf } from "./message-splitter.node.ts";
import type { Pieces, StreamedMessage } from "./pieces.ts";

const okHeaders: AnswerHeaders = recurringHeaders({
  ":status": "200",
  "content-type": "application/grpc+proto",
});
const okTrailers: AnswerHeaders = recurringHeaders({ "grpc-status": "0" });

/** Sends an answer of one message. Whether its client takes it at once: if not, it takes memory until the stream is drained. */
export function send(stream: ServerStream, pieces: Pieces): boolean {
  stream.respond(okHeaders);
  const lent = pieces.filter(isLent);
  const sent = lent.length === 0 ? undefined : () => lent.forEach(giveBack);
  const isTaken = stream.write([prefixOf(pieces), ...pieces], sent);
  stream.end(okTrailers);
  return isTaken;
}

/**
 * Sends an answer of many messages, at the pace at which the client takes them, and tells when it begins. Throws the reason for which the
 * call was aborted.
 */
export async function sendAll(
  stream: ServerStream,
  answers: SoonAll<StreamedMessage>,
  call: GrpcCall,
  begins: () => void,
): Promise<void> {
  const { signal } = call;
  const drained = async (): Promise<void> => {
    await Promise.race([stream.drained(), call.aborted()]);
    signal.throwIfAborted();
  };
  const sendOne = ({ pieces, sent }: StreamedMessage): Soon<void> => {
    signal.throwIfAborted();
    if (!stream.hasResponded) {
      begins();
      stream.respond(okHeaders);
    }
    if (!stream.write([prefixOf(pieces), ...pieces], sent)) return drained();
    return undefined;
  };
  if (isKnown(answers)) {
    for (const answer of answers) {
      const sending = sendOne(answer);
      if (sending !== undefined) await sending;
    }
  } else for await (const answer of answers) await sendOne(answer);
  if (!stream.hasResponded) stream.respond(okHeaders);
  stream.end(okTrailers);
}

/** Ends an answer with trailers that say what went wrong; one that has not begun has them in the place of headers. */
export function fail(stream: ServerStream, trailers: Headers): void {
  const headers = Object.fromEntries(trailers);
  stream.end(stream.hasResponded ? headers : { ...okHeaders, ...headers });
}
