import { createHash } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  request as startRequest,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import type { AwsEngine } from "./aws-engines.node.ts";
import { listening } from "./listening.node.ts";

const CHECKSUM = "x-amz-checksum-sha256";

/**
 * In front of an engine that takes `x-amz-checksum-sha256` and never looks at it: checks it as S3 does, and remembers it as S3 does.
 * Bodies are held whole.
 */
export async function startStrictS3({ endpoint }: AwsEngine): Promise<AwsEngine> {
  const engine = new URL(endpoint);
  const checked = new Map<string, string>();
  const server = createServer((request, response) => {
    // A client that goes away midway has nothing to hear.
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const path = new URL(url, engine).pathname;
    const body = await buffer(request);
    const wanted = headers[CHECKSUM];
    if (typeof wanted === "string") {
      if (createHash("sha256").update(body).digest("base64") !== wanted) return refuse(response);
      checked.set(path, wanted);
    }
    const { hostname, port } = engine;
    const passedOn = startRequest({ hostname, port, method, path: url, headers }, (answered) => {
      const known = method === "HEAD" ? checked.get(path) : undefined;
      const { statusCode = 500 } = answered;
      response.writeHead(statusCode, { ...answered.headers, ...(known && { [CHECKSUM]: known }) });
      answered.pipe(response);
    });
    passedOn.on("error", () => response.destroy());
    passedOn.end(body);
  }

  const { url, ...rest } = await listening(server);
  return { endpoint: new URL(engine.pathname, url).href, ...rest };
}

function refuse(response: ServerResponse): void {
  const message = "The SHA256 you specified did not match the calculated checksum.";
  response.writeHead(400, { "content-type": "application/xml" });
  response.end(`<Error><Code>BadDigest</Code><Message>${message}</Message></Error>`);
}
