import { clientIsGone } from "../handlers/client-is-gone.ts";
import { limits } from "../../shared/limits.ts";

/** Read at once: by default it would be 4 KiB, and three times the CPU time. */
const READ_BYTES = 64 * 1024;

/** Room for what comes behind the length that was named: nothing, but it is read to know that. */
const LAST_BYTES = 512;

/** The body of a request, read as far as its handler wants. */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #reader: ReadableStreamBYOBReader | undefined;
  /** What is still to come by the length that the client named, if it did. */
  #leftBytes: number;
  #ended = false;

  constructor({ body, headers }: Pick<Request, "body" | "headers">) {
    this.#reader = body?.getReader({ mode: "byob" });
    this.#leftBytes = Number(headers.get("content-length") ?? Number.NaN);
    this.#ended = body === null;
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
      const isAlmostRead = this.#leftBytes < READ_BYTES - LAST_BYTES;
      const room = isAlmostRead ? this.#leftBytes + LAST_BYTES : READ_BYTES;
      const { done, value } = await this.#reader.read(new Uint8Array(room));
      if (!done) {
        this.#leftBytes = Math.max(0, this.#leftBytes - value.byteLength);
        return value;
      }
    } catch (cause) {
      this.#ended = true;
      throw clientIsGone(cause);
    }
    this.#ended = true;
    return undefined;
  }
}
