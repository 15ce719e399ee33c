// Serves the bundle that its argument names as Lambda behind a function URL would, in a process of its own.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { FunctionUrlEvent } from "../../functions/aws/function-url-event.node.ts";
import type { StreamingHandler } from "../../functions/aws/lambda-runtime.node.ts";
import { KIB, MIB } from "./bytes.ts";
import { functionUrlEvent } from "./function-url-event.node.ts";
import { listening } from "./listening.node.ts";
import { type Answer, answerOf, contextOf, invoke, runtime } from "./lambda-runtime.node.ts";

/** What Lambda refuses before a function hears of it, and where it cuts an answer off. */
const MAX_EVENT_BYTES = 6 * MIB;
const MAX_ANSWER_BYTES = 200_000_000;

const bundle = process.argv[2];
if (bundle === undefined) throw new Error("usage: lambda-host.node.ts BUNDLE");

Object.assign(globalThis, { awslambda: runtime });
const { handler } = createRequire(import.meta.url)(bundle) as {
  handler: StreamingHandler<FunctionUrlEvent>;
};

const server = createServer({ maxHeaderSize: 64 * KIB }, (request, response) => {
  // A client that goes away midway has nothing to hear.
  serve(request, response).catch(() => response.destroy());
});
const { url } = await listening(server);
process.stdout.write(`listening on ${url}\n`);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await wholeBody(request);
  if (body === undefined) return refuse(response, 413, "Request Entity Too Large");
  const event = functionUrlEvent(request, body);
  const json = JSON.stringify(event);
  if (Buffer.byteLength(json) > MAX_EVENT_BYTES) {
    return refuse(response, 413, "Request Entity Too Large");
  }
  const timeoutMs = process.env["TEST_TIMEOUT_MS"];
  const context = contextOf(timeoutMs === undefined ? undefined : Number(timeoutMs));
  const stream = invoke(handler, JSON.parse(json) as FunctionUrlEvent, context);
  const answer = await answerOf(stream).catch((error: unknown) => {
    process.stderr.write(`invocation failed: ${String(error)}\n`);
    return undefined;
  });
  if (answer === undefined) return refuse(response, 502, "Internal Server Error");
  response.writeHead(answer.statusCode, {
    ...remapped(answer.headers),
    "transfer-encoding": "chunked",
  });
  const closed = new Promise<void>((resolve) => response.once("close", resolve));
  let sentBytes = 0;
  for await (const chunk of answer.body) {
    sentBytes += chunk.byteLength;
    if (sentBytes > MAX_ANSWER_BYTES) throw new Error("the answer is cut off");
    // A function goes on when its client is gone.
    if (!response.destroyed && !response.write(chunk)) {
      await Promise.race([once(response, "drain"), closed]);
    }
  }
  response.end();
}

/** A streamed answer goes out in chunks, and its length under another name. */
function remapped({
  "content-length": length,
  ...others
}: Answer["headers"]): Readonly<Record<string, string>> {
  return length === undefined ? others : { ...others, "x-amzn-remapped-content-length": length };
}

/** `undefined` for one that is refused whatever else the event holds. */
async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_EVENT_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_EVENT_BYTES ? Buffer.concat(chunks) : undefined;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ Message: message }));
}
