import { Readable } from "node:stream";

/** The body of an upload on its way out. Dispose of it when the request has ended, however that was. */
export class StreamedBody implements Disposable {
  readonly content: Readable;
  /** Aborts when the caller's signal does, or when the body throws, with that as the reason: the request is then to be broken off. */
  readonly stop: AbortSignal;
  readonly #ended = new AbortController();

  /** `open` is called at once. */
  constructor(open: (stop: AbortSignal) => AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.stop = AbortSignal.any([signal, this.#ended.signal]);
    this.content = Readable.from(lastHeldBack(open(this.stop)));
    this.content.on("error", (error) => this.#ended.abort(error));
  }

  /** A server that answers before it has everything leaves both the body and the connection waiting. */
  [Symbol.dispose](): void {
    this.#ended.abort();
    this.content.destroy();
  }
}

/**
 * Copies of the chunks, whose memory their sender uses again. The last one is passed on when the source has ended well, and not before:
 * with it, the store has the whole object.
 */
async function* lastHeldBack(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    if (held !== undefined) yield held;
    held = Buffer.from(chunk);
  }
  if (held !== undefined) yield held;
}
