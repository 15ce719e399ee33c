import { Code, ConnectError } from "@connectrpc/connect";
import { clientIsGone } from "../handlers/client-is-gone.ts";
import { toConnectError } from "../handlers/status.ts";
import { KeptBytes } from "../http2/kept-bytes.node.ts";
import type { ServerStream, StreamReceiver } from "../http2/server-stream.node.ts";
import type { Holding } from "../interceptors/holding.ts";
import { MessageSplitter } from "./message-splitter.node.ts";
import type { MessageBytes, Rpc } from "./rpc.node.ts";

/**
 * The messages of a request. The client may send on as long as no message waits for its reader: so a stream holds no more than one
 * message and what the HTTP/2 window lets through.
 */
export class RequestMessages implements StreamReceiver, AsyncIterable<MessageBytes> {
  readonly #stream: ServerStream;
  readonly #holding: Holding;
  readonly #splitter = new MessageSplitter();
  readonly #messages: MessageBytes[] = [];
  /** What came while there was no room for it. */
  readonly #backlog = new KeptBytes();
  /** Whether bytes out of the backlog wait for room. */
  #isWaiting = false;
  /** Bytes that came while a message was waiting, and have to be released. */
  #unreleasedBytes = 0;
  #hasEnded = false;
  #isClosed = false;
  #isDropped = false;
  #failure: ConnectError | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ServerStream, holding: Holding) {
    this.#stream = stream;
    this.#holding = holding;
  }

  /** Ends whoever waits for more. */
  fail(reason: unknown): void {
    this.#failure ??= toConnectError(reason);
    this.#wakeUp();
  }

  /** Nobody wants what there is or may still come: it counts for nothing. */
  drop(): void {
    this.#isDropped = true;
    this.#messages.length = 0;
    this.#backlog.clear();
  }

  data(bytes: Buffer): void {
    if (this.#isDropped) return;
    try {
      const isNext = this.#backlog.isEmpty && !this.#isWaiting;
      if (isNext && this.#holding.tryReceive(bytes.length)) this.#take(bytes);
      else this.#backlog.add(bytes);
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
    while (this.#messages.length < 2) {
      const more = this.#more();
      if (!(more instanceof Promise ? await more : more)) break;
    }
    const [only, another] = this.#messages;
    if (another !== undefined) {
      throw unimplemented(`received extra input message for ${kind} method`);
    }
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

  /** Waits until more has come in. Whether it may have; at once where nothing can. */
  #more(): boolean | Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#release();
    const next = this.#backlog.take();
    if (next !== undefined) return this.#receive(next);
    if (this.#hasEnded) return false;
    if (this.#isClosed) throw clientIsGone();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#wake = () => resolve(true);
    return promise;
  }

  async #receive(bytes: Buffer): Promise<boolean> {
    this.#isWaiting = true;
    await this.#holding.receive(bytes.length);
    this.#isWaiting = false;
    this.#take(bytes);
    return true;
  }

  #take(bytes: Buffer): void {
    const isAwaited = this.#messages.length === 0;
    this.#splitter.split(bytes, this.#messages);
    this.#unreleasedBytes += bytes.length;
    if (isAwaited) this.#release();
  }

  #release(): void {
    if (this.#unreleasedBytes === 0) return;
    const bytes = this.#unreleasedBytes;
    this.#unreleasedBytes = 0;
    this.#stream.release(bytes);
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
