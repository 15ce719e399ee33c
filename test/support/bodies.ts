import { KIB } from "./bytes.ts";

/** Bytes as they come from a network: in chunks, and with every chunk's memory used again for the next. */
export async function* bodyOf(
  bytes: Uint8Array,
  chunkBytes: number = 64 * KIB,
): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(chunkBytes, bytes.byteLength));
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    buffer.set(part);
    yield buffer.subarray(0, part.byteLength);
    buffer.fill(0xee);
  }
}

/** A client that sends `bytes` and then fails. */
export async function* failingBody(
  bytes: Uint8Array,
  failure: Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
  throw failure;
}

/** A client that sends `bytes` and then is silent, but neither ends nor fails. Knows what its reader does. */
export class SilentBody implements AsyncIterable<Uint8Array> {
  /** Resolves when the reader waits for what will not come. */
  readonly awaited: Promise<void>;
  /** Resolves when the reader tells the body to stop. */
  readonly stopped: Promise<void>;
  #onAwaited: () => void = () => undefined;
  #onStopped: () => void = () => undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = bytes;
    this.awaited = new Promise((resolve) => (this.#onAwaited = resolve));
    this.stopped = new Promise((resolve) => (this.#onStopped = resolve));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void> {
    let sent = this.#bytes.byteLength === 0;
    return {
      next: () => {
        if (!sent) {
          sent = true;
          return Promise.resolve({ done: false, value: this.#bytes });
        }
        this.#onAwaited();
        return new Promise(() => undefined);
      },
      return: () => {
        this.#onStopped();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

/** A body whose last bytes wait until they are let go. */
export class GatedBody implements AsyncIterable<Uint8Array> {
  /** Resolves when everything but the last byte has been taken. */
  readonly held: Promise<void>;
  #onHeld: () => void = () => undefined;
  #release: () => void = () => undefined;
  readonly #released: Promise<void>;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.held = new Promise((resolve) => (this.#onHeld = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    yield* bodyOf(this.#bytes.subarray(0, -1));
    this.#onHeld();
    await this.#released;
    yield this.#bytes.subarray(-1);
  }
}
