import { clientIsGone } from "../../handlers/client-is-gone.ts";
import { KeptBytes } from "../../http2/kept-bytes.node.ts";
import type { ServerStream, StreamReceiver } from "../../http2/server-stream.node.ts";

/** The body of a request over HTTP/2. The client may send on as it is read. */
export class StreamBody implements StreamReceiver, AsyncIterable<Uint8Array> {
  readonly #stream: ServerStream;
  readonly #kept = new KeptBytes();
  #hasEnded = false;
  #isBroken = false;
  #wake: (() => void) | undefined;

  constructor(stream: ServerStream) {
    this.#stream = stream;
  }

  data(bytes: Buffer): void {
    this.#kept.add(bytes);
    this.#wakeUp();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wakeUp();
  }

  close(early: boolean): void {
    this.#isBroken = early && !this.#hasEnded;
    this.#wakeUp();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#kept.take();
      if (chunk !== undefined) {
        yield chunk;
        this.#stream.release(chunk.byteLength);
        continue;
      }
      if (this.#hasEnded) return;
      if (this.#isBroken) throw clientIsGone();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
