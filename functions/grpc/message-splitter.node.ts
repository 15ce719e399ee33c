import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { messageMemory } from "./message-memory.node.ts";
import type { MessageBytes } from "./rpc.node.ts";

/** In front of each message of gRPC: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

/** Puts the messages of a stream together from what comes in, copying each byte once. */
export class MessageSplitter {
  readonly #prefix: Buffer = Buffer.alloc(PREFIX_BYTES);
  #prefixBytes = 0;
  #message: MessageBytes | undefined;
  #filledBytes = 0;

  /** Whether a message has begun and not ended. */
  get isInside(): boolean {
    return this.#prefixBytes > 0;
  }

  /** Adds each message that these bytes complete to `messages`. Throws `ConnectError`. */
  split(chunk: Buffer, messages: MessageBytes[]): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#message === undefined) {
        const taken = chunk.copy(this.#prefix, this.#prefixBytes, at);
        this.#prefixBytes += taken;
        at += taken;
        if (this.#prefixBytes < PREFIX_BYTES) return;
        this.#message = messageMemory(lengthIn(this.#prefix));
        this.#filledBytes = 0;
      }
      const taken = chunk.copy(this.#message, this.#filledBytes, at);
      this.#filledBytes += taken;
      at += taken;
      if (this.#filledBytes < this.#message.length) return;
      messages.push(this.#message);
      this.#message = undefined;
      this.#prefixBytes = 0;
    }
  }
}

function lengthIn(prefix: Buffer): number {
  const length = prefix.readUInt32BE(1);
  if (length > limits.requestMessageBytes) {
    throw new ConnectError(
      `message size ${length} is larger than configured readMaxBytes ${limits.requestMessageBytes}`,
      Code.ResourceExhausted,
    );
  }
  if (prefix[0] !== 0) {
    throw new ConnectError(
      "received compressed envelope, but do not know how to decompress",
      Code.Internal,
    );
  }
  return length;
}

/** What goes in front of a message of these pieces. */
export function prefixOf(pieces: readonly Uint8Array[]): Uint8Array {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  let bytes = 0;
  for (const piece of pieces) bytes += piece.byteLength;
  prefix[0] = 0;
  prefix.writeUInt32BE(bytes, 1);
  return prefix;
}
