import { once } from "node:events";
import type { ClientHttp2Session } from "node:http2";
import { buffer } from "node:stream/consumers";

interface Answer {
  readonly status: unknown;
  readonly body: Buffer;
  /** The trailer of that name. */
  readonly grpcStatus: unknown;
}

/** One request of Node's own client. */
export async function ask(session: ClientHttp2Session, body: Buffer): Promise<Answer> {
  const request = session.request({ ":method": "POST", ":path": "/", "x-client": "node ~ ü" });
  let grpcStatus: unknown;
  request.on("trailers", (trailers) => (grpcStatus = trailers["grpc-status"]));
  request.end(body);
  const [headers] = (await once(request, "response")) as [Record<string, unknown>];
  return { status: headers[":status"], body: await buffer(request), grpcStatus };
}
