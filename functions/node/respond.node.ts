import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { endEarly } from "./end-early.node.ts";
import type { NodeRequest, NodeResponse } from "./request.node.ts";

/** What the responses of both HTTP versions can do alike; their own declarations differ. */
interface Sink {
  writeHead(status: number, headers: Record<string, string>): unknown;
  write(chunk: Uint8Array): boolean;
  addTrailers(trailers: Record<string, string>): void;
  end(): unknown;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/**
 * Sends an answer, at the pace at which the client takes it. Throws where it cannot be completed; what was sent by then must not
 * look complete, so the caller has to break the connection.
 */
export async function respond(
  answer: UniversalServerResponse,
  request: NodeRequest,
  response: NodeResponse,
  signal: AbortSignal,
): Promise<void> {
  const sink: Sink = response;
  const body = answer.body?.[Symbol.asyncIterator]();
  try {
    // A handler sets headers until its first bytes.
    let chunk = await body?.next();
    signal.throwIfAborted();
    endEarly(request, response);
    sink.writeHead(answer.status, nodeHeaders(answer.header));
    while (chunk !== undefined && chunk.done !== true) {
      if (!sink.write(chunk.value)) await drained(sink, signal);
      chunk = await body?.next();
      signal.throwIfAborted();
    }
    if (answer.trailer !== undefined) sink.addTrailers(nodeHeaders(answer.trailer));
    sink.end();
  } finally {
    await body?.return?.();
  }
}

function nodeHeaders(header: Headers | undefined): Record<string, string> {
  return Object.fromEntries(header?.entries() ?? []);
}

/** Throws the signal's reason once the client is gone: nothing drains then. */
async function drained(sink: Sink, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      sink.off("drain", done);
      sink.off("close", done);
      resolve();
    };
    sink.on("drain", done);
    sink.on("close", done);
  });
  signal.throwIfAborted();
}
