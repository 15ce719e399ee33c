import type { IncomingMessage, ServerResponse } from "node:http";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { endEarly } from "./end-early.node.ts";

/**
 * Sends an answer, at the pace at which the client takes it. Throws where it cannot be completed; what was sent by then must not
 * look complete, so the caller has to break the connection.
 */
export async function respond(
  answer: UniversalServerResponse,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = answer.body?.[Symbol.asyncIterator]();
  try {
    // A handler sets headers until its first bytes.
    let chunk = await body?.next();
    signal.throwIfAborted();
    endEarly(request, response);
    response.writeHead(answer.status, nodeHeaders(answer.header));
    while (chunk !== undefined && chunk.done !== true) {
      if (!response.write(chunk.value)) await drained(response, signal);
      chunk = await body?.next();
      signal.throwIfAborted();
    }
    if (answer.trailer !== undefined) response.addTrailers(nodeHeaders(answer.trailer));
    response.end();
  } finally {
    await body?.return?.();
  }
}

function nodeHeaders(header: Headers | undefined): Record<string, string> {
  return Object.fromEntries(header?.entries() ?? []);
}

/** Throws the signal's reason once the client is gone: nothing drains then. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
  signal.throwIfAborted();
}
