import type { UniversalHandlerFn, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { collect } from "../../shared/bytes/collect.ts";
import { RequestBody } from "./request-body.workerd.ts";

/** The largest answer that is put together before it is given, for a stream costs more than so many bytes do. */
const WHOLE_BYTES = 64 * 1024;

type ClientRequest = Request<unknown, IncomingRequestCfProperties>;

/** Serves one request. An answer that fails midway breaks the connection: half an answer must not look like a whole one. */
export async function serveRequest(
  request: ClientRequest,
  handler: UniversalHandlerFn,
): Promise<Response> {
  const body = new RequestBody(request);
  const answer = await handler({
    // What the client speaks is not told: what matters is that a body may come without a length, and that there may be none.
    httpVersion: request.body === null ? "1.1" : "2",
    method: request.method,
    url: request.url,
    header: headersOf(request),
    body,
    signal: request.signal,
  });
  if (answer.body !== undefined) return await answered(answer, answer.body, body);
  await body.linger();
  return new Response(null, { status: answer.status, headers: new Headers(answer.header) });
}

/** The headers as the client sent them: in the place of what it accepts, Cloudflare puts what it can itself make of an answer. */
function headersOf({ headers, cf }: ClientRequest): Headers {
  if (cf?.clientAcceptEncoding === undefined) return headers;
  const sent = new Headers(headers);
  sent.set("accept-encoding", cf.clientAcceptEncoding);
  return sent;
}

async function answered(
  { status, header }: UniversalServerResponse,
  body: AsyncIterable<Uint8Array>,
  requestBody: RequestBody,
): Promise<Response> {
  const headers = new Headers(header);
  const length = Number(headers.get("content-length") ?? Infinity);
  // What the headers call encoded is so already.
  const init = { status, headers, encodeBody: "manual" } as const;
  if (length <= WHOLE_BYTES) {
    const whole = await collect(body, length);
    await requestBody.linger();
    return new Response(whole, init);
  }
  const stream = streamOf(body, async () => await requestBody.linger());
  // A stream of unknown length goes out in chunks, and the length that the headers name is dropped.
  return new Response(
    length === Infinity ? stream : stream.pipeThrough(new FixedLengthStream(length)),
    init,
  );
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
