import { http2Limits } from "../../shared/http2-limits.ts";
import { defaultFrameBytes, defaultWindowBytes, maxWindowBytes } from "./codes.node.ts";

/** What a connection sends in one go, before others have their turn. */
const TURN_BYTES = 256 * 1024;

/** A stream that may have something to send. */
export interface Sending {
  /** Whether it is in line. */
  isInLine: boolean;
  /** Whether there is something, and the stream's own window lets it go. */
  readonly canSend: boolean;
  /** Sends one frame of DATA, with up to so many bytes. Returns how many. */
  sendFrame: (maxBytes: number) => number;
}

/** Shares what a connection may send among its streams: each that is in line sends one frame in its turn. */
export class Sender {
  /** What the client takes in a frame, as far as that is of use. */
  frameBytes: number = defaultFrameBytes;
  #window = defaultWindowBytes;
  readonly #line: Sending[] = [];
  #queuedBytes = 0;

  /** What the connection may send. */
  get window(): number {
    return this.#window;
  }

  /** Whether there is something that can be sent now. */
  get hasWork(): boolean {
    return this.#line.length > 0 && this.#window > 0;
  }

  /** What one stream may have in its queue without having to wait. */
  get streamQueueBytes(): number {
    const isCrowded = this.#queuedBytes > http2Limits.connectionQueueBytes;
    return isCrowded ? http2Limits.crowdedQueueBytes : http2Limits.streamQueueBytes;
  }

  /** Counts what streams put into their queues and, negative, what leaves them. */
  queued(bytes: number): void {
    this.#queuedBytes += bytes;
  }

  line(stream: Sending): void {
    if (stream.isInLine || !stream.canSend) return;
    stream.isInLine = true;
    this.#line.push(stream);
  }

  /** Counts bytes that a stream sent without being in line. */
  spend(bytes: number): void {
    this.#window -= bytes;
  }

  /** Whether the window may grow by so much. */
  grow(bytes: number): boolean {
    this.#window += bytes;
    return this.#window <= maxWindowBytes;
  }

  /** Sends what is due. Returns the number of frames. */
  run(): number {
    let frames = 0;
    let left = TURN_BYTES;
    while (left > 0 && this.#window > 0) {
      const stream = this.#line.shift();
      if (stream === undefined) break;
      stream.isInLine = false;
      if (!stream.canSend) continue;
      const sent = stream.sendFrame(Math.min(this.frameBytes, this.#window));
      this.#window -= sent;
      left -= sent;
      frames += 1;
      this.line(stream);
    }
    return frames;
  }
}
