import { limits } from "../../shared/limits.ts";
import { ClosedStreams } from "./closed-streams.node.ts";
import { defaultWindowBytes, errorCodes, frameTypes } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";
import type { Output } from "./output.node.ts";
import { ReceiveWindow } from "./receive-window.node.ts";
import type { RequestHead } from "./request-headers.node.ts";
import { Sender } from "./sender.node.ts";
import type { ServerStream } from "./server-stream.node.ts";
import { StreamTable } from "./stream-table.node.ts";
import { Http2Stream, type Side, type StreamHost } from "./stream.node.ts";
import { TokenBucket } from "./token-bucket.node.ts";

export interface StreamsOptions {
  readonly output: Output;
  readonly onStream: (stream: ServerStream) => void;
  /** There is something to write, or to tell. */
  readonly wake: () => void;
}

/** The streams of one connection: those that are open, and what is remembered of the others. */
export class Streams implements StreamHost {
  readonly output: Output;
  readonly sender: Sender = new Sender();
  readonly wake: () => void;
  readonly #onStream: (stream: ServerStream) => void;
  readonly #open = new StreamTable<Http2Stream>();
  readonly #closed = new ClosedStreams();
  readonly #window = new ReceiveWindow(limits.connectionWindowBytes);
  readonly #resets = new TokenBucket(limits.streamResetBurst, limits.streamResetsPerSecond);
  /** Over, and their receivers have still to be told. */
  #untold: Http2Stream[] = [];
  #lastId = 0;
  #lastServedId = 0;
  #isDraining = false;
  #sendWindow = defaultWindowBytes;

  constructor({ output, onStream, wake }: StreamsOptions) {
    this.output = output;
    this.wake = wake;
    this.#onStream = onStream;
  }

  get count(): number {
    return this.#open.size;
  }

  /** The last one that was handed over. */
  get lastServedId(): number {
    return this.#lastServedId;
  }

  /** The open stream with this id; throws where there never was one. */
  find(id: number): Http2Stream | undefined {
    const stream = this.#open.get(id);
    if (stream === undefined && (id > this.#lastId || id % 2 === 0))
      throw new ConnectionError(errorCodes.protocolError, `there is no stream ${id} yet`);
    return stream;
  }

  /** The open stream with this id, for what its client must not send once it has ended it. */
  findUnended(id: number): Http2Stream | undefined {
    const stream = this.find(id);
    if (stream !== undefined || this.#closed.isForgiven(id, this.#lastId)) return stream;
    const code = this.#closed.wasEndedByClient(id)
      ? errorCodes.streamClosed
      : errorCodes.protocolError;
    throw new ConnectionError(code, `stream ${id} is over`);
  }

  /** Whether headers with this id begin a stream. */
  isNew(id: number): boolean {
    return id > this.#lastId && id % 2 === 1;
  }

  /** Hands a new stream over, unless it comes too late or is too many. */
  begin(id: number, head: RequestHead, isOver: boolean): Http2Stream | undefined {
    this.#lastId = id;
    if (this.#isDraining) this.#closed.add(id, "server");
    else if (this.#open.size >= limits.connectionStreams) this.fail(id, errorCodes.refusedStream);
    else return this.#serve(id, head, isOver);
    return undefined;
  }

  /** The same for one whose headers are no request. */
  refuse(id: number, errorCode: number): void {
    this.#lastId = id;
    if (this.#isDraining) this.#closed.add(id, "server");
    else this.fail(id, errorCode);
  }

  #serve(id: number, head: RequestHead, isOver: boolean): Http2Stream | undefined {
    const stream = new Http2Stream(id, head, this, this.#sendWindow);
    const error = isOver ? stream.endRequest() : undefined;
    if (error !== undefined) {
      this.fail(id, error);
      return undefined;
    }
    this.#lastServedId = id;
    this.#open.add(stream);
    return stream;
  }

  /** Hands it over, and what it brought with it. */
  present(stream: Http2Stream): void {
    this.#onStream(stream);
    if (stream.isOrphan) stream.reset(errorCodes.internalError);
    if (stream.isRequestOver) stream.tellEnd();
  }

  /** Counts bytes that come; returns whether they were allowed to. */
  take(bytes: number): boolean {
    return this.#window.take(bytes);
  }

  credit(bytes: number): void {
    const grant = this.#window.release(bytes);
    if (grant === 0) return;
    this.output.header(frameTypes.windowUpdate, 0, 0, 4);
    this.output.uint32(grant);
    this.wake();
  }

  forget(stream: Http2Stream, endedBy: Side): void {
    this.#open.delete(stream.id);
    this.#closed.add(stream.id, endedBy);
    this.#untold.push(stream);
    this.wake();
  }

  /** Ends one stream for what its client did wrong, which it may not do often. */
  fail(id: number, errorCode: number): void {
    this.#countReset();
    const stream = this.#open.get(id);
    if (stream !== undefined) {
      stream.reset(errorCode);
      return;
    }
    this.#closed.add(id, "server");
    this.output.header(frameTypes.rstStream, 0, id, 4);
    this.output.uint32(errorCode);
    this.wake();
  }

  /** The same for one that may not have begun, which costs the connection. */
  failAny(id: number, errorCode: number): void {
    if (this.isNew(id)) throw new ConnectionError(errorCode, `a priority of stream ${id} is wrong`);
    this.fail(id, errorCode);
  }

  /** The client has ended one itself. */
  cancel(id: number): void {
    const stream = this.find(id);
    this.#countReset();
    if (stream === undefined) this.#closed.add(id, "client");
    else stream.close("client", true);
  }

  /** Opens one stream's window. */
  grow(id: number, bytes: number): void {
    const stream = this.find(id);
    if (bytes === 0) this.fail(id, errorCodes.protocolError);
    else if (stream?.growWindow(bytes) === false) this.fail(id, errorCodes.flowControlError);
  }

  /** Every stream has another window from now on, those that are open included. */
  setWindow(bytes: number): void {
    const change = bytes - this.#sendWindow;
    this.#sendWindow = bytes;
    for (const stream of this.#open.all())
      if (!stream.growWindow(change))
        throw new ConnectionError(errorCodes.flowControlError, "a window is too large");
  }

  /** Serves no more. */
  drain(): void {
    this.#isDraining = true;
  }

  /** All of them are over, without a word to their client. */
  closeAll(): void {
    for (const stream of this.#open.all()) stream.close("server", true);
  }

  /** Tells those that are over, now that nothing else is going on. */
  tellCloses(): void {
    const untold = this.#untold;
    if (untold.length === 0) return;
    this.#untold = [];
    for (const stream of untold) stream.tellClose();
  }

  /** Ends those on which nothing has moved for so many sweeps. */
  sweep(maxIdleSweeps: number): void {
    for (const stream of this.#open.all()) {
      stream.idleSweeps += 1;
      if (stream.idleSweeps > maxIdleSweeps) stream.reset(errorCodes.cancel);
    }
  }

  #countReset(): void {
    if (!this.#resets.take())
      throw new ConnectionError(errorCodes.enhanceYourCalm, "streams are reset too often");
  }
}
