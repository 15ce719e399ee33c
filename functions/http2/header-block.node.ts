import { errorCodes } from "./codes.node.ts";
import { ConnectionError } from "./connection-error.node.ts";

/** Puts a header block together that comes in several frames. Nothing else may come in between. */
export class HeaderBlock {
  readonly #maxBytes: number;
  readonly #maxFrames: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #streamId = 0;
  #endsStream = false;
  #isCircular = false;

  constructor(maxBytes: number, maxFrames: number) {
    this.#maxBytes = maxBytes;
    this.#maxFrames = maxFrames;
  }

  /** The stream that the block is for, or 0 where none has begun. */
  get streamId(): number {
    return this.#streamId;
  }

  /** Whether the block's first frame ended its stream. */
  get endsStream(): boolean {
    return this.#endsStream;
  }

  /** Whether its stream depends on itself. */
  get isCircular(): boolean {
    return this.#isCircular;
  }

  begin(streamId: number, endsStream: boolean, isCircular: boolean): void {
    this.#streamId = streamId;
    this.#endsStream = endsStream;
    this.#isCircular = isCircular;
  }

  /** Takes a copy of a frame's part of the block. */
  add(part: Buffer): void {
    this.#bytes += part.byteLength;
    if (this.#bytes > this.#maxBytes || this.#pieces.length >= this.#maxFrames)
      throw new ConnectionError(errorCodes.enhanceYourCalm, "a header block has no end");
    this.#pieces.push(Buffer.from(part));
  }

  join(): Buffer {
    const block = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    return block;
  }

  /** The next one may begin. */
  finish(): void {
    this.#streamId = 0;
  }
}
