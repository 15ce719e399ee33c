import { limits } from "../../shared/limits.ts";
import { errorCodes } from "./codes.node.ts";
import { ReceiveWindow } from "./receive-window.node.ts";
import type { StreamReceiver } from "./server-stream.node.ts";

/** What a client sends on one stream: how much of it may come, how much was announced, and who takes it. */
export class IncomingBody {
  readonly #window = new ReceiveWindow(limits.streamWindowBytes);
  /** Bytes of the window that came and are not released. */
  #held = 0;
  /** What is still to come; Infinity where that was not announced. */
  #left: number;
  #isOver = false;
  #receiver: StreamReceiver | undefined;

  /** A negative length is unknown. */
  constructor(contentLength: number) {
    this.#left = contentLength < 0 ? Infinity : contentLength;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get receiver(): StreamReceiver | undefined {
    return this.#receiver;
  }

  receive(receiver: StreamReceiver): void {
    this.#receiver = receiver;
  }

  /** A frame has begun, of so many bytes with padding, and the last one or not. Returns an error code where it must not come. */
  begin(length: number, padding: number, isLast: boolean): number | undefined {
    if (this.#isOver) return errorCodes.streamClosed;
    if (!this.#window.take(length)) return errorCodes.flowControlError;
    this.#left -= length - padding;
    if (this.#left < 0 || (isLast && this.#isShort)) return errorCodes.protocolError;
    this.#held += length;
    return undefined;
  }

  /** Nothing follows what is handed on now. Returns an error code where more was announced. */
  finish(): number | undefined {
    this.#isOver = true;
    return this.#isShort ? errorCodes.protocolError : undefined;
  }

  get #isShort(): boolean {
    return this.#left > 0 && this.#left < Infinity;
  }

  /** Takes back so many of the bytes that are held, or as many as there are. Returns how many. */
  release(bytes: number): number {
    const released = Math.min(bytes, this.#held);
    this.#held -= released;
    return released;
  }

  releaseAll(): number {
    return this.release(this.#held);
  }

  /** How much more the client may be told to send, of what was released: 0 as long as it is not worth a frame. */
  grant(released: number): number {
    return this.#isOver ? 0 : this.#window.release(released);
  }
}
