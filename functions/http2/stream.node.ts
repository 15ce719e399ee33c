import { errorCodes, flags, frameTypes, maxWindowBytes } from "./codes.node.ts";
import { encodeHeaders } from "./header-encoder.node.ts";
import { IncomingBody } from "./incoming-body.node.ts";
import type { Output } from "./output.node.ts";
import type { RequestHead } from "./request-headers.node.ts";
import { SendQueue } from "./send-queue.node.ts";
import type { Sender, Sending } from "./sender.node.ts";
import type { AnswerHeaders, ServerStream, StreamReceiver } from "./server-stream.node.ts";

/** An answer as small as this goes out at once, without a place in the line. */
const SMALL_BYTES = 4096;

export type Side = "client" | "server";

/** The connection of a stream. */
export interface StreamHost {
  readonly output: Output;
  readonly sender: Sender;
  /** So many bytes of the connection's window are free again. */
  credit: (bytes: number) => void;
  /** The stream is over, and whichever side ended what the client sent. */
  forget: (stream: Http2Stream, endedBy: Side) => void;
  /** There is something to write, or to tell. */
  wake: () => void;
}

export class Http2Stream implements ServerStream, Sending {
  readonly id: number;
  readonly headers: RequestHead;
  readonly #host: StreamHost;
  readonly #body: IncomingBody;
  readonly #queue = new SendQueue();
  #sendWindow: number;
  #hasResponded = false;
  #isAnswered = false;
  #trailers: Buffer | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #isClosed = false;
  #isEarly = false;

  isInLine = false;
  /** Sweeps of the connection since something moved. */
  idleSweeps = 0;

  constructor(id: number, headers: RequestHead, host: StreamHost, sendWindow: number) {
    this.id = id;
    this.headers = headers;
    this.#host = host;
    this.#body = new IncomingBody(headers.contentLength);
    this.#sendWindow = sendWindow;
  }

  get hasResponded(): boolean {
    return this.#hasResponded;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether nobody has taken the stream: neither to receive it nor to answer it. */
  get isOrphan(): boolean {
    return this.#body.receiver === undefined && !this.#isAnswered && !this.#isClosed;
  }

  receive(receiver: StreamReceiver): void {
    this.#body.receive(receiver);
  }

  release(bytes: number): void {
    const released = this.#body.release(bytes);
    if (released === 0) return;
    this.#host.credit(released);
    const grant = this.#body.grant(released);
    if (grant === 0) return;
    const { output } = this.#host;
    output.header(frameTypes.windowUpdate, 0, this.id, 4);
    output.uint32(grant);
    this.#host.wake();
  }

  respond(headers: AnswerHeaders): void {
    if (this.#isClosed || this.#isAnswered) return;
    if (this.#hasResponded) throw new Error(`stream ${this.id} has the headers of its answer`);
    this.#sendHeaders(encodeHeaders(withStatus(headers)), false);
    this.#hasResponded = true;
  }

  write(pieces: readonly Uint8Array[], sent?: () => void): boolean {
    if (this.#isClosed || this.#isAnswered) return true;
    if (!this.#hasResponded) throw new Error(`stream ${this.id} has no headers before its body`);
    const added = byteCount(pieces);
    const { sender, output } = this.#host;
    this.#host.wake();
    if (added === 0) {
      if (sent !== undefined) output.whenTaken(sent);
      return this.#queue.bytes < sender.streamQueueBytes;
    }
    const isAllowed = added <= this.#sendWindow && added <= sender.window && !output.isFull;
    if (added <= SMALL_BYTES && this.#queue.bytes === 0 && isAllowed) {
      this.#sendNow(pieces, added);
      if (sent !== undefined) output.whenTaken(sent);
      return true;
    }
    this.#queue.add(pieces, sent);
    sender.queued(added);
    sender.line(this);
    return this.#queue.bytes < sender.streamQueueBytes;
  }

  #sendNow(pieces: readonly Uint8Array[], bytes: number): void {
    const { output, sender } = this.#host;
    output.header(frameTypes.data, 0, this.id, bytes);
    for (const piece of pieces) output.add(piece);
    this.#sendWindow -= bytes;
    this.idleSweeps = 0;
    sender.spend(bytes);
  }

  async drained(): Promise<void> {
    if (this.#isClosed || this.#queue.bytes < this.#host.sender.streamQueueBytes) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  end(trailers?: AnswerHeaders): void {
    if (this.#isClosed || this.#isAnswered) return;
    if (!this.#hasResponded) this.#trailers = encodeHeaders(withStatus(trailers ?? {}));
    else if (trailers !== undefined) this.#trailers = encodeHeaders(trailers);
    this.#isAnswered = true;
    if (this.#queue.bytes > 0) return;
    this.#sendEnd();
    this.#host.output.countAnswer();
  }

  reset(errorCode: number): void {
    if (this.#isClosed) return;
    this.#host.output.header(frameTypes.rstStream, 0, this.id, 4);
    this.#host.output.uint32(errorCode);
    this.close(this.#body.isOver ? "client" : "server", true);
  }

  // What follows is the connection's to call.

  /** DATA begins, with so many bytes that are none of the body's. Returns an error code where it must not come. */
  beginData(length: number, padding: number, isLast: boolean): number | undefined {
    this.idleSweeps = 0;
    const error = this.#body.begin(length, padding, isLast);
    if (error === undefined) this.release(padding);
    return error;
  }

  data(bytes: Buffer): void {
    if (!this.#isClosed) this.#body.receiver?.data(bytes);
  }

  /** The client has said that nothing follows. Returns an error code where more had to. */
  endRequest(): number | undefined {
    return this.#body.finish();
  }

  get isRequestOver(): boolean {
    return this.#body.isOver;
  }

  tellEnd(): void {
    if (!this.#isClosed) this.#body.receiver?.end();
  }

  /** Tells the receiver that it is over, once it is. */
  tellClose(): void {
    this.#body.receiver?.close(this.#isEarly);
  }

  /** Whether the window may change by so much, which may leave it negative. */
  growWindow(bytes: number): boolean {
    this.#sendWindow += bytes;
    this.#host.sender.line(this);
    return this.#sendWindow <= maxWindowBytes;
  }

  get canSend(): boolean {
    return this.#queue.bytes > 0 && this.#sendWindow > 0;
  }

  sendFrame(maxBytes: number): number {
    const { output, sender } = this.#host;
    const bytes = Math.min(maxBytes, this.#sendWindow, this.#queue.bytes);
    const isLast = this.#isAnswered && bytes === this.#queue.bytes;
    const ends = isLast && this.#trailers === undefined;
    output.header(frameTypes.data, ends ? flags.endStream : 0, this.id, bytes);
    this.#queue.move(bytes, output);
    this.#sendWindow -= bytes;
    this.idleSweeps = 0;
    sender.queued(-bytes);
    if (ends) this.#answered();
    else if (isLast) this.#sendEnd();
    else if (this.#drained !== undefined && this.#queue.bytes < sender.streamQueueBytes)
      this.#tellDrained();
    return bytes;
  }

  /** It is over, and all that it holds is given back. */
  close(endedBy: Side, early: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isEarly = early;
    this.#host.sender.queued(-this.#queue.bytes);
    this.#queue.clear();
    this.#host.credit(this.#body.releaseAll());
    this.#host.forget(this, endedBy);
    this.#tellDrained();
  }

  #sendEnd(): void {
    if (this.#trailers !== undefined) this.#sendHeaders(this.#trailers, true);
    else this.#host.output.header(frameTypes.data, flags.endStream, this.id, 0);
    this.#answered();
  }

  #sendHeaders(block: Buffer, endStream: boolean): void {
    this.#host.output.headers(this.id, endStream, block);
    this.idleSweeps = 0;
    this.#host.wake();
  }

  /** Everything is sent; a client that still has something to say is told that it need not. */
  #answered(): void {
    if (this.#body.isOver) this.close("client", false);
    else this.reset(errorCodes.noError);
  }

  #tellDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

function withStatus(headers: AnswerHeaders): AnswerHeaders {
  return headers[":status"] === undefined ? { ":status": "200", ...headers } : headers;
}

function byteCount(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.byteLength;
  return bytes;
}
