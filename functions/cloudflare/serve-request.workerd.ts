import type { UniversalHandlerFn, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { RequestBody } from "./request-body.workerd.ts";

/** Serves one request. An answer that fails midway breaks the connection: half an answer must not look like a whole one. */
export async function serveRequest(
  request: Request,
  handler: UniversalHandlerFn,
): Promise<Response> {
  const body = new RequestBody(request.body);
  const answer = await handler({
    // What the client speaks is not told: what matters is that a body may come without a length, and that there may be none.
    httpVersion: request.body === null ? "1.1" : "2",
    method: request.method,
    url: request.url,
    header: request.headers,
    body,
    signal: request.signal,
  });
  if (answer.body !== undefined) return streamed(answer, answer.body, body);
  await body.linger();
  return new Response(null, { status: answer.status, headers: new Headers(answer.header) });
}

function streamed(
  { status, header }: UniversalServerResponse,
  body: AsyncIterable<Uint8Array>,
  requestBody: RequestBody,
): Response {
  const headers = new Headers(header);
  const stream = streamOf(body, async () => await requestBody.linger());
  const length = headers.get("content-length");
  // A stream of unknown length goes out in chunks, and the length that the headers name is dropped.
  const sized =
    length === null ? stream : stream.pipeThrough(new FixedLengthStream(Number(length)));
  return new Response(sized, { status, headers });
}

function streamOf(
  body: AsyncIterable<Uint8Array>,
  atEnd: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done !== true) {
        controller.enqueue(next.value);
        return;
      }
      await atEnd();
      controller.close();
    },
    cancel: async () => void (await iterator.return?.()),
  });
}
