import { type Agent, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Blob, DigestInit } from "./blobs.ts";
import type { Fixture } from "./check.ts";
import { below } from "./streams.ts";

export interface HttpRequest {
  readonly method?: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** How the request tells where its body ends. */
  readonly framing?: "length" | "chunked" | "none";
  readonly agent?: Agent;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
  readonly body: Uint8Array;
  /** Whether the server said `100 Continue` first. */
  readonly continued: boolean;
  /** Whether the connection had served a request before. */
  readonly reusedConnection: boolean;
}

/** One HTTP/1.1 request, sent exactly as it is told. */
export async function http(
  { target }: Pick<Fixture, "target">,
  { method = "GET", path, headers = {}, body, framing = "length", agent }: HttpRequest,
): Promise<HttpAnswer> {
  if (target.httpUrl === undefined) throw new Error("no address of an HTTP cache is known");
  const { hostname, port, protocol } = new URL(target.httpUrl);
  const send = protocol === "https:" ? httpsRequest : httpRequest;
  const length =
    body === undefined || framing !== "length" ? {} : { "content-length": String(body.byteLength) };
  return await new Promise((resolve, reject) => {
    let continued = false;
    const request = send({
      hostname,
      port,
      method,
      path,
      headers: { ...target.headers, ...length, ...headers },
      // Without an agent of its own, a request has a connection of its own.
      agent: agent ?? false,
    });
    if (framing === "none") {
      request.removeHeader("transfer-encoding");
      request.removeHeader("content-length");
      request.useChunkedEncodingByDefault = false;
    }
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Uint8Array[] = [];
      response.on("error", reject);
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status = 0, headers: answered, httpVersion } = response;
        const { reusedSocket: reusedConnection } = request;
        const all = new Uint8Array(Buffer.concat(chunks));
        resolve({ status, headers: answered, httpVersion, body: all, continued, reusedConnection });
      });
    });
    if (headers["expect"] === undefined) {
      request.end(body);
      return;
    }
    request.on("continue", () => {
      continued = true;
      request.end(body);
    });
    request.flushHeaders();
  });
}

type Where = Pick<Fixture, "target" | "instanceName">;

export function cachePath(
  { instanceName }: Where,
  kind: "ac" | "cas",
  { hash }: Pick<DigestInit, "hash">,
): string {
  return `/${below(instanceName, `${kind}/${hash}`)}`;
}

export async function get(
  f: Where,
  kind: "ac" | "cas",
  digest: DigestInit,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  return await http(f, { path: cachePath(f, kind, digest), headers });
}

export async function put(
  f: Where,
  kind: "ac" | "cas",
  digest: DigestInit,
  body: Uint8Array,
): Promise<HttpAnswer> {
  return await http(f, { method: "PUT", path: cachePath(f, kind, digest), body });
}

export async function putBlob(f: Where, { digest, data }: Blob): Promise<HttpAnswer> {
  return await put(f, "cas", digest, data);
}

/** What a PUT that was taken may answer. */
export const STORED: readonly number[] = [200, 201, 202, 204];
