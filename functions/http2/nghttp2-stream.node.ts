import { once } from "node:events";
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { limits } from "../../shared/limits.ts";
import type {
  AnswerHeaders,
  RequestHeaders,
  ServerStream,
  StreamReceiver,
} from "./server-stream.node.ts";
import { writeThen } from "./write-then.node.ts";

/** A stream of Node's own HTTP/2 server. */
export class Nghttp2Stream implements ServerStream {
  readonly headers: RequestHeaders;
  readonly #stream: ServerHttp2Stream;
  #unreleasedBytes = 0;
  #hasReceivedAll = false;
  #hasSentAll = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.headers = new Nghttp2Headers(headers);
    // Without a listener, a broken connection would be an uncaught exception; `close` tells of it.
    stream.on("error", ignore);
  }

  get hasResponded(): boolean {
    return this.#stream.headersSent;
  }

  get isClosed(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  receive(receiver: StreamReceiver): void {
    const stream = this.#stream;
    stream.on("data", (bytes: Buffer) => {
      this.#unreleasedBytes += bytes.length;
      if (this.#unreleasedBytes >= limits.streamWindowBytes) stream.pause();
      receiver.data(bytes);
    });
    stream.once("end", () => {
      // Streams that break off end as well.
      if (stream.aborted || stream.closed) return;
      this.#hasReceivedAll = true;
      receiver.end();
    });
    stream.once("close", () => receiver.close(!this.#hasReceivedAll || !this.#hasSentAll));
  }

  release(bytes: number): void {
    this.#unreleasedBytes -= bytes;
    if (this.#unreleasedBytes < limits.streamWindowBytes) this.#stream.resume();
  }

  respond(headers: AnswerHeaders): void {
    if (!this.isClosed) this.#stream.respond(headers, { waitForTrailers: true });
  }

  write(pieces: readonly Uint8Array[], sent?: () => void): boolean {
    const stream = this.#stream;
    if (this.isClosed) return true;
    let isTaken = true;
    stream.cork();
    for (const [index, piece] of pieces.entries()) {
      const isLast = index === pieces.length - 1;
      isTaken = isLast && sent !== undefined ? writeThen(stream, piece, sent) : stream.write(piece);
    }
    stream.uncork();
    return isTaken;
  }

  async drained(): Promise<void> {
    if (this.isClosed || !this.#stream.writableNeedDrain) return;
    const settled = new AbortController();
    const { signal } = settled;
    try {
      await Promise.race(["drain", "close"].map((event) => once(this.#stream, event, { signal })));
    } catch {
      // Whoever writes on finds the stream closed.
    } finally {
      settled.abort();
    }
  }

  end(trailers: AnswerHeaders = {}): void {
    const stream = this.#stream;
    if (this.isClosed) return;
    this.#hasSentAll = true;
    if (!stream.headersSent) {
      stream.respond(trailers, { endStream: true });
      this.#refuseRest();
      return;
    }
    stream.once("wantTrailers", () => {
      stream.sendTrailers(trailers);
      this.#refuseRest();
    });
    stream.end();
  }

  reset(errorCode: number): void {
    this.#stream.close(errorCode);
  }

  /** What is left of a request once the answer is sent neither takes the connection's window nor has to be read. */
  #refuseRest(): void {
    const stream = this.#stream;
    if (this.#hasReceivedAll) return;
    setImmediate(() => {
      if (this.#hasReceivedAll) return;
      stream.close(constants.NGHTTP2_NO_ERROR);
      stream.destroy();
    });
  }
}

class Nghttp2Headers implements RequestHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  *[Symbol.iterator](): Generator<readonly [string, string], void, undefined> {
    for (const name of Object.keys(this.#headers)) yield [name, this.get(name) ?? ""];
  }
}

function ignore(): void {}
