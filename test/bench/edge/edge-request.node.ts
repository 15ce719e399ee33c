import type { DescMethod } from "@bufbuild/protobuf";
import { pathOf } from "../../support/raw-grpc.node.ts";
import type { TestWorker } from "../../support/worker.node.ts";

export interface EdgeRequest {
  readonly path: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly contentType: string;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** A call to measure. */
export interface EdgeCall {
  readonly name: string;
  readonly request: (call: number) => EdgeRequest;
}

/** What the Worker asks for: a call without a token would be cheaper. */
export const TOKEN = "the token of a bench";

export function post(method: DescMethod, contentType: string, body: Uint8Array): EdgeRequest {
  return { path: pathOf(method), method: "POST", contentType, body: new Uint8Array(body) };
}

export function put(path: string, body: Uint8Array): EdgeRequest {
  return {
    path,
    method: "PUT",
    contentType: "application/octet-stream",
    body: new Uint8Array(body),
  };
}

export function get(path: string): EdgeRequest {
  return { path, method: "GET", contentType: "application/octet-stream" };
}

/** Makes the request, and reads its answer to the end. Throws where it is none. */
export async function send({ url }: TestWorker, request: EdgeRequest): Promise<void> {
  const { path, method, contentType, body } = request;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(`bench:${TOKEN}`)}`,
      "content-type": contentType,
      "accept-encoding": "identity",
      "connect-protocol-version": "1",
    },
    ...(body && { body }),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  // Streams tell of an error at their end, by which it is not in the status.
  const end = answer.subarray(-2000).toString();
  const isFine = response.ok && !/"error"|grpc-status: ?[1-9]/.test(end);
  const isWhole = (response.headers.get("grpc-status") ?? "0") === "0";
  if (isFine && isWhole) return;
  throw new Error(`${path}: ${response.status} ${end || JSON.stringify([...response.headers])}`);
}
