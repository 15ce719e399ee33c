import { once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Target } from "./target.ts";

/** How long a call may take until both sides have ended it. */
const PATIENCE_MS = 5000;

/** A bare HTTP/2 connection, for what a gRPC library does not let one see or do. */
export class Http2Connection implements AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** Error codes of GOAWAY frames, in the order they came. */
  readonly goAways: number[] = [];
  readonly #headers: Target["headers"];

  constructor({ baseUrl, headers }: Target) {
    this.session = connect(baseUrl);
    this.#headers = headers;
    this.session.on("goaway", (code: number) => this.goAways.push(code));
    // Calls that fail say so themselves.
    this.session.on("error", () => undefined);
  }

  /** Resolves with the server's first SETTINGS. */
  async settings(): Promise<ClientHttp2Session["remoteSettings"]> {
    await once(this.session, "remoteSettings");
    return this.session.remoteSettings;
  }

  /** Resolves with the answer, which follows all frames that the server has sent before. */
  async ping(): Promise<void> {
    if (this.session.connecting) await once(this.session, "connect");
    await new Promise<void>((resolve, reject) => {
      this.session.ping((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  /** One gRPC call with the framed messages of `body`: its HTTP status and trailers, once the stream has closed. */
  async call(
    path: string,
    body: Iterable<Uint8Array>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly httpStatus: number | undefined; readonly trailers: IncomingHttpHeaders }> {
    const stream = this.session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...this.#headers,
      ...headers,
    });
    let answered: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on("response", (received) => (answered = received));
    stream.on("trailers", (received) => (trailers = received));
    stream.resume();
    const closed = Promise.withResolvers<void>();
    stream.on("close", closed.resolve);
    const impatient = setTimeout(() => {
      closed.reject(new Error(`${path} did not close its stream in ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
    // A server that has answered may stop listening, which is no fault.
    pipeline(Readable.from(body), stream).catch(() => undefined);
    try {
      await closed.promise;
    } finally {
      clearTimeout(impatient);
      stream.destroy();
    }
    // An answer without a message has its trailers in the place of headers.
    return { httpStatus: answered[":status"], trailers: { ...answered, ...trailers } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.session.destroyed) return;
    this.session.destroy();
    await once(this.session, "close");
  }
}

/** A message as gRPC frames it. */
export function framed(message: Uint8Array, { compressed = false } = {}): Uint8Array {
  const frame = new Uint8Array(5 + message.byteLength);
  frame[0] = compressed ? 1 : 0;
  new DataView(frame.buffer).setUint32(1, message.byteLength);
  frame.set(message, 5);
  return frame;
}
