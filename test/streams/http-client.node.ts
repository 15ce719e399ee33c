import { once } from "node:events";
import { get as httpGet, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** `PUT` with the length told, at the server's pace. The status. */
export async function put(
  url: string,
  sizeBytes: number,
  pieces: Iterable<Uint8Array>,
): Promise<number> {
  const outgoing = request(url, { method: "PUT", headers: { "content-length": sizeBytes } });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  // A server that refuses an upload half-way breaks the connection, after its answer.
  pipeline(Readable.from(pieces), outgoing).catch(() => undefined);
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode ?? 0;
}

/** `GET`, with the body still to be read. Throws where there is none. */
export async function get(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<AsyncIterable<Uint8Array>> {
  const [answer] = (await once(httpGet(url, { headers }), "response")) as [IncomingMessage];
  if (answer.statusCode !== 200) throw new Error(`GET ${url} answered ${answer.statusCode}`);
  return answer;
}
