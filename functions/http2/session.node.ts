import { http2Limits } from "../../shared/http2-limits.ts";
import { limits } from "../../shared/limits.ts";
import { errorCodes, flags as frameFlags, frameTypes } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";
import type { FrameHandler } from "./frame-reader.node.ts";
import type { FrameHeader } from "./frame-rules.node.ts";
import type { HeaderList } from "./header-decoder.node.ts";
import { HeaderBlock } from "./header-block.node.ts";
import { dependencyAt, PRIORITY_BYTES, readHeaderPayload } from "./header-payload.node.ts";
import type { Output } from "./output.node.ts";
import { PeerSettings } from "./peer-settings.node.ts";
import { RequestDecoder } from "./request-decoder.node.ts";
import { areTrailers, type RequestHead, unreadRequest } from "./request-headers.node.ts";
import type { Http2Stream } from "./stream.node.ts";
import type { Streams } from "./streams.node.ts";
import { TokenBucket } from "./token-bucket.node.ts";

/** Larger frames of DATA gain nothing, and keep other streams waiting. */
const MAX_SENT_FRAME_BYTES = 64 * 1024;

export interface SessionOptions {
  readonly output: Output;
  readonly streams: Streams;
  /** The client has sent its settings. */
  readonly onOpen: () => void;
}

/** What HTTP/2 means by a client's frames. What is wrong with all of them is thrown, as ConnectionError. */
export class Session implements FrameHandler {
  readonly #output: Output;
  readonly #streams: Streams;
  readonly #onOpen: () => void;
  readonly #decoder = new RequestDecoder();
  readonly #block = new HeaderBlock(limits.headerBytes, http2Limits.headerFrames);
  readonly #peer = new PeerSettings();
  readonly #idleFrames = new TokenBucket(
    http2Limits.idleFrameBurst,
    http2Limits.idleFramesPerSecond,
  );
  /** The stream that DATA is being read for, where somebody wants it. */
  #receiving: Http2Stream | undefined;
  #endsStream = false;
  #isOpen = false;
  #isAcknowledged = false;

  constructor({ output, streams, onOpen }: SessionOptions) {
    this.#output = output;
    this.#streams = streams;
    this.#onOpen = onOpen;
  }

  /** Whether the client has sent its settings. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether it has heard of ours. */
  get isAcknowledged(): boolean {
    return this.#isAcknowledged;
  }

  get isWithinBlock(): boolean {
    return this.#block.streamId !== 0;
  }

  /** Work was done that makes up for so many idle frames. */
  excuse(frames: number): void {
    this.#idleFrames.give(frames * http2Limits.idleFramesPerUse);
  }

  onHeader({ type, flags, streamId }: FrameHeader): void {
    const isAck = (flags & frameFlags.ack) !== 0;
    if (!this.#isOpen && (type !== frameTypes.settings || isAck))
      throw wrong("a client begins with its settings");
    const isContinuation = type === frameTypes.continuation;
    if (this.isWithinBlock ? !isContinuation || streamId !== this.#block.streamId : isContinuation)
      throw wrong("a header block goes on in CONTINUATION, and nothing else does");
    if (type !== frameTypes.headers && type !== frameTypes.data) this.#countIdle();
  }

  #countIdle(): void {
    if (!this.#idleFrames.take())
      throw new ConnectionError(errorCodes.enhanceYourCalm, "too many frames are of no use");
  }

  onDataStart({ streamId, flags, length }: FrameHeader, padding: number): void {
    this.#receiving = undefined;
    this.#endsStream = (flags & frameFlags.endStream) !== 0;
    if (!this.#streams.take(length))
      throw new ConnectionError(errorCodes.flowControlError, "the connection's window is full");
    const stream = this.#streams.findUnended(streamId);
    const error = stream?.beginData(length, padding, this.#endsStream);
    const hasUse = length > padding || this.#endsStream;
    if (stream !== undefined && error === undefined) {
      this.#receiving = stream;
      if (hasUse) this.excuse(1);
      else this.#countIdle();
      return;
    }
    // Clients go on with large frames until they hear of an early answer; small ones have no such reason.
    if (length < http2Limits.wastedFrameBytes) this.#countIdle();
    // Nobody else will say that these bytes are dealt with.
    this.#streams.credit(length);
    if (error !== undefined) this.#streams.fail(streamId, error);
  }

  onData(bytes: Buffer, isLast: boolean): void {
    const stream = this.#receiving;
    if (stream === undefined) return;
    const ends = isLast && this.#endsStream;
    // Known before the last bytes are handed on, so that an answer to them does not refuse what follows.
    if (ends) stream.endRequest();
    if (isLast) this.#receiving = undefined;
    if (bytes.byteLength > 0) stream.data(bytes);
    if (ends) stream.tellEnd();
  }

  /** A client's GOAWAY means nothing to who begins no streams: it closes the connection when it has all its answers. */
  onFrame(header: FrameHeader, payload: Buffer, start: number, end: number): void {
    if (header.type === frameTypes.headers) this.#onHeaders(header, payload, start, end);
    else if (header.type === frameTypes.continuation)
      this.#onContinuation(header.flags, payload.subarray(start, end));
    else if (header.type === frameTypes.windowUpdate)
      this.#onWindowUpdate(header.streamId, payload.readUInt32BE(start) & 0x7fff_ffff);
    else if (header.type === frameTypes.rstStream) this.#streams.cancel(header.streamId);
    else if (header.type === frameTypes.settings) this.#onSettings(header, payload, start, end);
    else if (header.type === frameTypes.ping) this.#onPing(header.flags, payload, start, end);
    else if (header.type === frameTypes.priority) this.#onPriority(header, payload, start);
  }

  #onHeaders({ flags, streamId }: FrameHeader, payload: Buffer, start: number, end: number): void {
    const part = readHeaderPayload(flags, payload, start, end);
    const endsStream = (flags & frameFlags.endStream) !== 0;
    this.#block.begin(streamId, endsStream, part.dependsOn === streamId);
    if ((flags & frameFlags.endHeaders) !== 0) this.#onBlock(payload, part.start, part.end);
    else this.#block.add(payload.subarray(part.start, part.end));
  }

  #onContinuation(flags: number, part: Buffer): void {
    this.#block.add(part);
    if ((flags & frameFlags.endHeaders) === 0) return;
    const block = this.#block.join();
    this.#onBlock(block, 0, block.byteLength);
  }

  /** A block is whole. It is decoded in any case, since the next one builds on it. */
  #onBlock(bytes: Buffer, start: number, end: number): void {
    const { streamId: id, endsStream, isCircular } = this.#block;
    this.#block.finish();
    if (!this.#streams.isNew(id)) {
      this.#onTrailers(id, endsStream, this.#decoder.list(bytes, start, end));
      return;
    }
    this.excuse(1);
    const request = this.#decoder.request(bytes, start, end);
    if (request === "malformed" || isCircular) this.#streams.refuse(id, errorCodes.protocolError);
    else this.#beginStream(id, request, endsStream);
  }

  #beginStream(id: number, request: RequestHead | "too large", endsStream: boolean): void {
    const isRead = request !== "too large";
    const stream = this.#streams.begin(id, isRead ? request : unreadRequest, endsStream);
    if (stream === undefined) return;
    if (!isRead) stream.end({ ":status": "431" });
    // A tunnel, which has no path.
    else if (request.get(":path") === undefined) stream.end({ ":status": "501" });
    else this.#streams.present(stream);
  }

  #onTrailers(id: number, endsStream: boolean, { fields, isTooLarge }: HeaderList): void {
    const stream = this.#streams.findUnended(id);
    if (stream === undefined) return;
    if (stream.isRequestOver) this.#streams.fail(id, errorCodes.streamClosed);
    else if (!endsStream || isTooLarge || !areTrailers(fields))
      this.#streams.fail(id, errorCodes.protocolError);
    else this.#endRequest(stream);
  }

  #endRequest(stream: Http2Stream): void {
    const error = stream.endRequest();
    if (error !== undefined) this.#streams.fail(stream.id, error);
    else stream.tellEnd();
  }

  #onSettings({ flags }: FrameHeader, payload: Buffer, start: number, end: number): void {
    if ((flags & frameFlags.ack) !== 0) {
      this.#isAcknowledged = true;
      return;
    }
    this.#peer.apply(payload, start, end);
    this.#streams.setWindow(this.#peer.initialWindowBytes);
    this.#streams.sender.frameBytes = Math.min(this.#peer.maxFrameBytes, MAX_SENT_FRAME_BYTES);
    this.#output.header(frameTypes.settings, frameFlags.ack, 0, 0);
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#onOpen();
  }

  #onPing(flags: number, payload: Buffer, start: number, end: number): void {
    if ((flags & frameFlags.ack) !== 0) return;
    this.#output.header(frameTypes.ping, frameFlags.ack, 0, end - start);
    this.#output.copy(payload.subarray(start, end));
  }

  #onWindowUpdate(streamId: number, bytes: number): void {
    if (streamId !== 0) {
      this.#streams.grow(streamId, bytes);
      return;
    }
    if (bytes === 0) throw wrong("a window opens by at least a byte");
    if (!this.#streams.sender.grow(bytes))
      throw new ConnectionError(
        errorCodes.flowControlError,
        "the connection's window is too large",
      );
  }

  /** Nothing is made of priorities; those that cannot be are wrong all the same. */
  #onPriority({ streamId, length }: FrameHeader, payload: Buffer, start: number): void {
    if (length !== PRIORITY_BYTES) this.#streams.failAny(streamId, errorCodes.frameSizeError);
    else if (dependencyAt(payload, start) === streamId)
      this.#streams.failAny(streamId, errorCodes.protocolError);
  }
}

function wrong(message: string): ConnectionError {
  return new ConnectionError(errorCodes.protocolError, message);
}
