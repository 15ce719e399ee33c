import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import type {
  UniversalClientFn,
  UniversalHandlerFn,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { createTransport as createConnectTransport } from "@connectrpc/connect/protocol-connect";
import { createTransport as createGrpcTransport } from "@connectrpc/connect/protocol-grpc";
import { createTransport as createGrpcWebTransport } from "@connectrpc/connect/protocol-grpc-web";
import { abortable } from "../../shared/bytes/abortable.ts";
import { untilAborted } from "../../shared/until-aborted.ts";
import type { Protocol } from "../conformance/target.ts";

const ORIGIN = "http://cache";

const transports = {
  grpc: createGrpcTransport,
  connect: createConnectTransport,
  "grpc-web": createGrpcWebTransport,
} as const;

/** A client's way to a server: every byte of the protocol is there, and no socket. */
export function transportOver(
  httpClient: UniversalClientFn,
  protocol: Protocol,
  format: "binary" | "json" = "binary",
): Transport {
  return transports[protocol]({
    baseUrl: ORIGIN,
    httpClient,
    useBinaryFormat: format === "binary",
    interceptors: [],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    readMaxBytes: Number.MAX_SAFE_INTEGER,
    writeMaxBytes: Number.MAX_SAFE_INTEGER,
  });
}

/** Calls routes in this process as a listener does: the request's signal aborts when the client is gone, and when the answer has been given. */
export function clientOf(routes: UniversalHandlerFn): UniversalClientFn {
  return async ({ method, url, header, body, signal = new AbortController().signal }) => {
    const gone = new AbortController();
    const leave = (): void => gone.abort(new ConnectError("the client is gone", Code.Canceled));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    const answer = routes({
      httpVersion: "2.0",
      method,
      url,
      header,
      body: abortable(body ?? nothing(), gone.signal),
      signal: gone.signal,
    });
    const { status, header: found, trailer, body: parts } = await untilAborted(answer, gone.signal);
    return {
      status,
      header: found ?? new Headers(),
      // Filled while the body is read.
      trailer: trailer ?? new Headers(),
      body: readBy(parts, gone.signal, leave),
    };
  };
}

/** The answer's body, which the server stops giving once the client is gone. */
async function* readBy(
  parts: UniversalServerResponse["body"],
  signal: AbortSignal,
  leave: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (parts !== undefined) yield* abortable(parts, signal);
  } finally {
    leave();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
