import {
  errorCodes,
  flags as frameFlags,
  frameHeaderBytes,
  frameTypes,
  preface,
} from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";
import { checkFrameHeader, type FrameHeader } from "./frame-rules.node.ts";

/** Takes what a client sends, frame by frame. */
export interface FrameHandler {
  /** Says whether a frame may come, before its payload does; throws where it may not. */
  onHeader: (header: FrameHeader) => void;
  /** A whole frame, whose payload lies between `start` and `end`. DATA comes as the next two say. */
  onFrame: (header: FrameHeader, payload: Buffer, start: number, end: number) => void;
  /** DATA begins, with so many bytes that are none of the body's. */
  onDataStart: (header: FrameHeader, padding: number) => void;
  /** The next bytes of its body: the rest of them with `isLast`, without any where it is empty. */
  onData: (bytes: Buffer, isLast: boolean) => void;
}

const nothing = Buffer.alloc(0);

/**
 * Cuts what comes into frames, without copying: only a frame that arrives in pieces is put together, and DATA is handed on in the
 * pieces in which it comes.
 */
export class FrameReader implements FrameHeader {
  readonly #handler: FrameHandler;
  readonly #maxFrameBytes: number;
  #prefaceRead = 0;
  #framesRead = 0;

  /** The header of the frame that is being read. */
  type = 0;
  flags = 0;
  streamId = 0;
  length = 0;

  readonly #header = Buffer.alloc(frameHeaderBytes);
  #headerRead = 0;
  #isInPayload = false;

  /** What has come of a payload, unless it is streamed. */
  #payload: Buffer = nothing;
  #payloadRead = 0;

  /** What is still to come of a streamed payload: bytes of a body, and then those that nobody needs. */
  #awaitsPadLength = false;
  #bodyLeft = 0;
  #skippedLeft = 0;

  constructor(handler: FrameHandler, maxFrameBytes: number) {
    this.#handler = handler;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Header blocks count as one: they, too, come without delay. */
  get framesRead(): number {
    return this.#framesRead;
  }

  /** Whether a frame has begun that is not DATA and not whole: such a one comes without delay. */
  get isWithinFrame(): boolean {
    return this.#headerRead > 0 || (this.#isInPayload && !this.#isStreamed);
  }

  /** Frames of unknown types are streamed into nothing. */
  get #isStreamed(): boolean {
    return this.type === frameTypes.data || this.type > frameTypes.continuation;
  }

  /** Takes all of `bytes`, and keeps none of their memory. Throws ConnectionError. */
  read(bytes: Buffer): void {
    let position = this.#readPreface(bytes);
    const { byteLength } = bytes;
    while (position < byteLength) {
      if (!this.#isInPayload) position = this.#readHeader(bytes, position);
      else if (this.#isStreamed) position = this.#readStreamed(bytes, position);
      else position = this.#readPayload(bytes, position);
    }
  }

  #readPreface(bytes: Buffer): number {
    let position = 0;
    while (this.#prefaceRead < preface.byteLength && position < bytes.byteLength) {
      if (bytes[position] !== preface[this.#prefaceRead])
        throw new ConnectionError(errorCodes.protocolError, "a client begins with the preface");
      position += 1;
      this.#prefaceRead += 1;
    }
    return position;
  }

  #readHeader(bytes: Buffer, start: number): number {
    if (this.#headerRead === 0 && bytes.byteLength - start >= frameHeaderBytes) {
      this.#begin(bytes, start);
      return start + frameHeaderBytes;
    }
    const end = Math.min(bytes.byteLength, start + frameHeaderBytes - this.#headerRead);
    bytes.copy(this.#header, this.#headerRead, start, end);
    this.#headerRead += end - start;
    if (this.#headerRead === frameHeaderBytes) {
      this.#headerRead = 0;
      this.#begin(this.#header, 0);
    }
    return end;
  }

  #begin(bytes: Buffer, start: number): void {
    this.length = bytes.readUIntBE(start, 3);
    this.type = bytes[start + 3] ?? 0;
    this.flags = bytes[start + 4] ?? 0;
    this.streamId = bytes.readUInt32BE(start + 5) & 0x7fff_ffff;
    checkFrameHeader(this, this.#maxFrameBytes);
    if (this.type !== frameTypes.continuation) this.#framesRead += 1;
    this.#handler.onHeader(this);
    this.#payloadRead = 0;
    this.#bodyLeft = 0;
    this.#skippedLeft = 0;
    this.#isInPayload = true;
    if (this.type === frameTypes.data) this.#beginData();
    else if (this.#isStreamed) this.#skip(this.length);
    // It is whole with its header, even where nothing follows.
    else if (this.length === 0) this.#finish(bytes, start, start);
  }

  #beginData(): void {
    this.#bodyLeft = this.length;
    this.#awaitsPadLength = (this.flags & frameFlags.padded) !== 0;
    if (!this.#awaitsPadLength) this.#beginBody(0);
    else if (this.length === 0)
      throw new ConnectionError(errorCodes.frameSizeError, "a padded frame says how it is padded");
  }

  #readPayload(bytes: Buffer, start: number): number {
    const left = this.length - this.#payloadRead;
    const end = Math.min(bytes.byteLength, start + left);
    if (this.#payloadRead === 0 && end - start === left) {
      this.#finish(bytes, start, end);
      return end;
    }
    if (this.#payloadRead === 0) this.#payload = Buffer.allocUnsafe(this.length);
    bytes.copy(this.#payload, this.#payloadRead, start, end);
    this.#payloadRead += end - start;
    if (this.#payloadRead < this.length) return end;
    const payload = this.#payload;
    this.#payload = nothing;
    this.#finish(payload, 0, payload.byteLength);
    return end;
  }

  #finish(payload: Buffer, start: number, end: number): void {
    this.#isInPayload = false;
    this.#handler.onFrame(this, payload, start, end);
  }

  #readStreamed(bytes: Buffer, start: number): number {
    let position = start;
    if (this.#awaitsPadLength) {
      this.#readPadLength(bytes[position] ?? 0);
      position += 1;
    }
    const end = Math.min(bytes.byteLength, position + this.#bodyLeft);
    if (end > position) {
      this.#bodyLeft -= end - position;
      this.#handler.onData(bytes.subarray(position, end), this.#bodyLeft === 0);
    }
    const skipped = Math.min(bytes.byteLength - end, this.#skippedLeft);
    this.#skip(this.#skippedLeft - skipped);
    return end + skipped;
  }

  #readPadLength(padLength: number): void {
    this.#awaitsPadLength = false;
    this.#bodyLeft -= 1 + padLength;
    this.#skippedLeft = padLength;
    if (this.#bodyLeft < 0)
      throw new ConnectionError(errorCodes.protocolError, "padding is longer than its frame");
    this.#beginBody(1 + padLength);
  }

  #beginBody(padding: number): void {
    this.#handler.onDataStart(this, padding);
    if (this.#bodyLeft === 0) this.#handler.onData(nothing, true);
    this.#skip(this.#skippedLeft);
  }

  /** So many bytes are left that nobody needs, behind what is left of a body. */
  #skip(bytes: number): void {
    this.#skippedLeft = bytes;
    this.#isInPayload = this.#bodyLeft > 0 || bytes > 0;
  }
}
