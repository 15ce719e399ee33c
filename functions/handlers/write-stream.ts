import { limits } from "../../shared/limits.ts";
import type { WriteRequest } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { invalidArgument, quote } from "../../shared/request-error.ts";

/** The client ended its stream without `finish_write`: it may come back, and nothing is wrong. */
export class UnfinishedWrite extends Error {
  override readonly name = "UnfinishedWrite";
}

/** The messages of one ByteStream.Write, held to the rules for their order, names and offsets. */
export class WriteStream {
  readonly #messages: AsyncIterator<WriteRequest>;
  #first: WriteRequest | undefined;
  #receivedBytes = 0n;

  constructor(messages: AsyncIterable<WriteRequest>) {
    this.#messages = messages[Symbol.asyncIterator]();
  }

  /** The first message, which names the resource. Throws INVALID_ARGUMENT where there is none. */
  async first(): Promise<WriteRequest> {
    if (this.#first !== undefined) return this.#first;
    const next = await this.#messages.next();
    if (next.done === true) throw invalidArgument("resource_name", "the stream has no message");
    this.#first = next.value;
    return next.value;
  }

  /** Bytes of data that came, as they came: compressed ones count as such. */
  get receivedBytes(): bigint {
    return this.#receivedBytes;
  }

  /** Takes the blob of so many bytes, where the first message brings all of it, and says so. */
  takeWhole(sizeBytes: number): Uint8Array | undefined {
    const first = this.#first;
    if (first === undefined || !first.finishWrite || first.writeOffset !== 0n) return undefined;
    if (first.data.byteLength !== sizeBytes) return undefined;
    this.#receivedBytes = BigInt(sizeBytes);
    return first.data;
  }

  /** The uploaded bytes, up to `finish_write`. Throws INVALID_ARGUMENT, or `UnfinishedWrite`. */
  async *data(): AsyncGenerator<Uint8Array, void, undefined> {
    let message = this.#first;
    const name = message?.resourceName ?? "";
    const begin = message?.writeOffset ?? 0n;
    for (;;) {
      if (message === undefined) throw new UnfinishedWrite();
      if (message.resourceName !== "" && message.resourceName !== name) {
        const found = quote(message.resourceName);
        throw invalidArgument("resource_name", `changed to ${found} in the middle of an upload`);
      }
      const offset = begin + this.#receivedBytes;
      if (message.writeOffset !== offset) {
        const found = `${message.writeOffset} where ${offset} was expected`;
        throw invalidArgument("write_offset", `${found}: data must follow without gap or overlap`);
      }
      this.#receivedBytes += BigInt(message.data.byteLength);
      if (message.data.byteLength > 0) yield message.data;
      if (message.finishWrite) return;
      const next = await this.#messages.next();
      message = next.done === true ? undefined : next.value;
    }
  }

  /**
   * Waits for the client to end its stream after `finish_write`, but not for long: the upload is committed. A further message
   * throws INVALID_ARGUMENT.
   */
  async expectEnd(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limits.halfCloseWaitMs);
    });
    try {
      const next = await Promise.race([this.#messages.next(), patience]);
      if (next?.done !== false) return;
    } finally {
      clearTimeout(timer);
    }
    throw invalidArgument("finish_write", "was followed by another message; the upload is stored");
  }
}
