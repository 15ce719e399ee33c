import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { type FunctionUrlEvent, requestOf } from "./function-url-event.node.ts";
import type { AwsLambda, StreamingHandler } from "./lambda-runtime.node.ts";
import { streamAnswer } from "./stream-answer.node.ts";

/** What is left of an invocation's time for saying that it is up. */
const LAST_WORD_MS = 2000;

/**
 * Serves the requests of a function URL. An answer that breaks off rejects: Lambda then breaks the connection, logs the reason and
 * counts an error. `afterwards` is what there is to do once the client has its answer.
 */
export function serveEvents(
  handler: UniversalHandlerFn,
  lambda: Pick<AwsLambda, "HttpResponseStream">,
  afterwards?: () => Promise<void>,
): StreamingHandler<FunctionUrlEvent> {
  return async (event, stream, context) => {
    const ended = new AbortController();
    const timeMs = Math.max(0, context.getRemainingTimeInMillis() - LAST_WORD_MS);
    const timer = setTimeout(() => ended.abort(timeIsUp()), timeMs);
    // Lambda goes on when the client is gone; it is its own end of the stream that closes early when something breaks.
    const onClose = (): void => ended.abort(streamIsGone());
    stream.on("close", onClose);
    try {
      const answer = await handler(requestOf(event, ended.signal));
      await streamAnswer(answer, stream, ended.signal, lambda);
    } finally {
      clearTimeout(timer);
      stream.off("close", onClose);
      await afterwards?.();
    }
  };
}

function timeIsUp(): ConnectError {
  return new ConnectError(
    "the function's time is up; try again, or take large blobs by presigned requests",
    Code.Unavailable,
  );
}

function streamIsGone(): ConnectError {
  return new ConnectError("nobody takes the answer any more", Code.Canceled);
}
