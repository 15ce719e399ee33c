import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";

/** Read at once: by default it would be 4 KiB, and three times the CPU time. */
const READ_BYTES = 64 * 1024;

/** The body of a request, read as far as its handler wants. */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #reader: ReadableStreamBYOBReader | undefined;
  #ended = false;

  constructor(stream: ReadableStream | null) {
    this.#reader = stream?.getReader({ mode: "byob" });
    this.#ended = stream === null;
  }

  /** Fails in one way only: the client went away. Who stops early still wants to answer, and leaves the rest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.#read();
      if (chunk === undefined) return;
      yield chunk;
    }
  }

  /**
   * Reads on after an answer that came early, but not for long: a client that is still sending would find its connection broken
   * before it has read why.
   */
  async linger(): Promise<void> {
    if (this.#ended) return;
    const { promise: tooLong, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), limits.halfCloseWaitMs);
    let bytes = 0;
    while (bytes < limits.requestMessageBytes) {
      const chunk = await Promise.race([this.#read().catch(() => undefined), tooLong]);
      if (chunk === undefined) break;
      bytes += chunk.byteLength;
    }
    clearTimeout(timer);
  }

  async #read(): Promise<Uint8Array | undefined> {
    if (this.#ended || this.#reader === undefined) return undefined;
    try {
      const { done, value } = await this.#reader.read(new Uint8Array(READ_BYTES));
      if (!done) return value;
    } catch (cause) {
      this.#ended = true;
      throw new ConnectError("the client is gone", Code.Canceled, undefined, undefined, cause);
    }
    this.#ended = true;
    return undefined;
  }
}
