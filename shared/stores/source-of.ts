import type { BlobSource } from "./blob-store.ts";

/** A source over chunks that hold nothing open. */
export function sourceOf(
  sizeBytes: number,
  chunks: () => AsyncIterable<Uint8Array>,
  giveBack?: (chunk: Uint8Array) => void,
): BlobSource {
  return {
    sizeBytes,
    ...(giveBack === undefined ? {} : { giveBack }),
    [Symbol.asyncIterator]: () => chunks()[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A source of bytes that are at hand. */
export class BytesSource implements BlobSource, AsyncIterator<Uint8Array, undefined> {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly giveBack: (chunk: Uint8Array) => void;
  readonly #signal: AbortSignal;
  #isGiven: boolean;

  constructor(options: {
    readonly sizeBytes: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly signal: AbortSignal;
    readonly giveBack: (chunk: Uint8Array) => void;
  }) {
    this.sizeBytes = options.sizeBytes;
    this.bytes = options.bytes;
    this.giveBack = options.giveBack;
    this.#signal = options.signal;
    this.#isGiven = options.bytes.byteLength === 0;
  }

  /** No generator: that would take several times as long. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#signal.throwIfAborted();
    if (this.#isGiven) return await ended;
    this.#isGiven = true;
    return { done: false, value: this.bytes };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isGiven = true;
    return await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

const ended = Promise.resolve<IteratorResult<Uint8Array, undefined>>({
  done: true,
  value: undefined,
});
