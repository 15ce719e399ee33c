import { Code, ConnectError } from "@connectrpc/connect";
import { toConnectError } from "../handlers/status.ts";
import type { ServerStream, StreamReceiver } from "../http2/server-stream.node.ts";
import type { Holding } from "../interceptors/holding.ts";
import { MessageSplitter } from "./message-splitter.node.ts";
import type { MessageBytes, Rpc } from "./rpc.node.ts";

/**
 * The messages of a request. What comes in is taken, and the client may send on, as long as no message waits for its reader: so a
 * stream holds one message at most and what the HTTP/2 window let through.
 */
export class RequestMessages implements StreamReceiver, AsyncIterable<MessageBytes> {
  readonly #stream: ServerStream;
  readonly #holding: Holding;
  readonly #splitter = new MessageSplitter();
  readonly #messages: MessageBytes[] = [];
  /** What came while a message was waiting, or while there was no room. */
  readonly #backlog: Buffer[] = [];
  #hasEnded = false;
  #isClosed = false;
  #failure: ConnectError | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ServerStream, holding: Holding) {
    this.#stream = stream;
    this.#holding = holding;
  }

  data(bytes: Buffer): void {
    const isAwaited = this.#messages.length === 0 && this.#backlog.length === 0;
    try {
      if (isAwaited && this.#holding.tryReceive(bytes.length)) this.#take(bytes);
      else this.#backlog.push(Buffer.from(bytes));
    } catch (error) {
      this.#failure = toConnectError(error);
    }
    this.#wakeUp();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wakeUp();
  }

  close(): void {
    this.#isClosed = true;
    this.#wakeUp();
  }

  /** The message of a request to a `kind` of method that takes exactly one. Throws `ConnectError`. */
  async only(kind: Rpc["kind"]): Promise<MessageBytes> {
    while (!this.#hasEnded || this.#backlog.length > 0) {
      if (this.#messages.length > 1) break;
      if (!(await this.#more())) break;
    }
    const [only, another] = this.#messages;
    if (another !== undefined)
      throw unimplemented(`received extra input message for ${kind} method`);
    if (this.#splitter.isInside) throw incomplete();
    if (only === undefined) throw unimplemented(`missing input message for ${kind} method`);
    return only;
  }

  /** Each message; what it holds is released when the next is asked for. Throws `ConnectError`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<MessageBytes, void, undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        yield message;
        if (this.#messages.length === 0) this.#holding.release();
      } else if (!(await this.#more())) {
        if (this.#splitter.isInside) throw incomplete();
        return;
      }
    }
  }

  /** Waits until more has come in. Whether it may have. */
  async #more(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    const [next] = this.#backlog;
    if (next !== undefined) {
      await this.#holding.receive(next.length);
      this.#backlog.shift();
      this.#take(next);
      return true;
    }
    if (this.#hasEnded) return false;
    if (this.#isClosed) throw new ConnectError("the client is gone", Code.Canceled);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    return true;
  }

  #take(bytes: Buffer): void {
    this.#splitter.split(bytes, this.#messages);
    this.#stream.release(bytes.length);
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function incomplete(): ConnectError {
  return new ConnectError("protocol error: incomplete envelope", Code.InvalidArgument);
}

function unimplemented(what: string): ConnectError {
  return new ConnectError(`protocol error: ${what}`, Code.Unimplemented);
}
