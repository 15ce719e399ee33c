import type { IncomingMessage, ServerResponse } from "node:http";
import type { Soon } from "../../../shared/soon.ts";
import type { HttpAnswer } from "../../handlers/http-exchange.ts";
import { writeThen } from "../../http2/write-then.node.ts";
import { endEarly } from "./end-early.node.ts";

export interface Answer extends HttpAnswer {
  readonly trailers?: Readonly<Record<string, string>>;
}

/** Up to here, the copy takes less than what it saves. */
const TEXT_BYTES = 4096;

/**
 * Sends an answer, at the pace at which the client takes it. Throws where it cannot be completed; what was sent by then must not
 * look complete, so the caller has to break the connection.
 */
export function respond(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Soon<void> {
  const { status, headers, body, trailers, giveBack } = answer;
  if (body !== undefined && !(body instanceof Uint8Array)) {
    return respondInPieces({ ...answer, body }, request, response, signal);
  }
  signal.throwIfAborted();
  endEarly(request, response);
  response.writeHead(status, headers);
  if (trailers !== undefined) response.addTrailers(trailers);
  if (body === undefined) response.end();
  else if (body.byteLength <= TEXT_BYTES) endWithText(response, body, giveBack);
  else response.end(body, () => giveBack?.(body));
  return undefined;
}

/**
 * Node puts a text behind the headers and writes both at once, which is quicker than to write two things: for 1 KiB by a fifth. Latin-1 has
 * a character for each byte, and the text is a copy, so that the bytes may be given back at once.
 */
function endWithText(
  response: ServerResponse,
  body: Uint8Array,
  giveBack: Answer["giveBack"],
): void {
  const { buffer, byteOffset, byteLength } = body;
  response.end(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"), "latin1");
  giveBack?.(body);
}

async function respondInPieces(
  {
    status,
    headers,
    body,
    trailers,
    giveBack,
  }: Answer & { readonly body: AsyncIterable<Uint8Array> },
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    // A handler sets headers until its first bytes.
    let piece = await pieces.next();
    signal.throwIfAborted();
    endEarly(request, response);
    response.writeHead(status, headers);
    while (piece.done !== true) {
      if (!write(response, piece.value, giveBack)) await drained(response, signal);
      piece = await pieces.next();
      signal.throwIfAborted();
    }
    if (trailers !== undefined) response.addTrailers(trailers);
    response.end();
  } finally {
    await pieces.return?.();
  }
}

function write(response: ServerResponse, piece: Uint8Array, giveBack: Answer["giveBack"]): boolean {
  if (giveBack === undefined) return response.write(piece);
  return writeThen(response, piece, () => giveBack(piece));
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
