import type { Socket } from "node:net";

/** A request over HTTP/2 and its answer, whichever of the HTTP/2 servers received it. */
export interface ServerStream {
  /** In lower case, pseudo-headers with their colon; where a name came several times, the values joined by `, `. */
  readonly headers: RequestHeaders;
  /** Whether the headers of the answer are sent. */
  readonly hasResponded: boolean;
  /** Whether it is over, one way or another: what is sent from now on goes nowhere. */
  readonly isClosed: boolean;

  /** Says who takes what the client sends. To be called once, before the stream's hand-over returns. */
  receive(receiver: StreamReceiver): void;
  /** So many of the bytes received are done with: the client may send as many more. */
  release(bytes: number): void;

  /** Sends the headers of the answer, which must be in lower case. */
  respond(headers: AnswerHeaders): void;
  /**
   * Sends bytes of the answer, which may not change until `sent` is called: never, if the stream breaks off before. `false` where they
   * have to wait: so should the caller, for `drained`.
   */
  write(pieces: readonly Uint8Array[], sent?: () => void): boolean;
  /** Resolves when more can be written, or when the stream is closed. */
  drained(): Promise<void>;
  /**
   * Ends the answer, with trailers where there are some; where there was no `respond`, with these as its headers. What is left of the
   * request is refused.
   */
  end(trailers?: AnswerHeaders): void;
  /** Breaks the stream off with one of HTTP/2's error codes, unless it is over. */
  reset(errorCode: number): void;
}

export interface StreamReceiver {
  /** Bytes of the body, which are the receiver's until it returns: their memory is used again. */
  data(bytes: Buffer): void;
  /** The client has sent everything. */
  end(): void;
  /** The stream is over; `early` where either side had more to send. Comes once, and nothing comes after it. */
  close(early: boolean): void;
}

export interface RequestHeaders extends Iterable<readonly [name: string, value: string]> {
  get(name: string): string | undefined;
}

/** What HTTP/1.1 has in `host`. */
export function hostOf(headers: RequestHeaders): string | undefined {
  return headers.get(":authority") ?? headers.get("host");
}

export type AnswerHeaders = Readonly<Record<string, string>>;

/** What speaks HTTP/2 on connections that others accept. */
export interface Http2Server {
  /**
   * Serves a connection, plain or over TLS, none of whose bytes were read; those that were are put back. Its requests go to `onStream`,
   * which so knows whose they are. `undefined` where the connection is gone before it began.
   */
  accept(socket: Socket, onStream: OnStream): Http2Connection | undefined;
  /** Takes no more requests; connections end when those under way have. */
  drain(): void;
}

export interface Http2Connection {
  /** Takes no more requests; the connection ends when those under way have. */
  drain(): void;
}

export type OnStream = (stream: ServerStream) => void;

export interface Http2Options {
  /** Hears of each connection whose client has shown that it speaks HTTP/2. */
  readonly onOpen: (socket: Socket) => void;
  /** Streams and connections on which nothing moves for so long are ended. */
  readonly idleTimeoutMs: number;
  /** What begins a connection, and headers, must arrive in this time; `limits`, unless a test has no time. */
  readonly headersTimeoutMs?: number;
}
