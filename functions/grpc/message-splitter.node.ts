import { Code, ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { messageMemory } from "./message-memory.node.ts";
import type { MessageBytes } from "./rpc.node.ts";

/** In front of each message of gRPC: whether it is compressed, and its length. */
const PREFIX_BYTES = 5;

/** Puts the messages of a stream together from what comes in, copying each byte once. */
export class MessageSplitter {
  /** Of the prefix, so many bytes were read, and these are their values: a buffer for it would take longer to make than to fill. */
  #prefixBytes = 0;
  #flags = 0;
  #length = 0;
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
        at = this.#readPrefix(chunk, at);
        if (this.#prefixBytes < PREFIX_BYTES) return;
        this.#message = messageMemory(checkedLength(this.#flags, this.#length));
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

  /** Where what follows the prefix begins, or the chunk ends. */
  #readPrefix(chunk: Buffer, begin: number): number {
    let at = begin;
    for (; this.#prefixBytes < PREFIX_BYTES && at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#prefixBytes > 0) this.#length = this.#length * 0x100 + byte;
      else {
        this.#flags = byte;
        this.#length = 0;
      }
      this.#prefixBytes += 1;
    }
    return at;
  }
}

function checkedLength(flags: number, length: number): number {
  if (length > limits.requestMessageBytes) {
    throw new ConnectError(
      `message size ${length} is larger than configured readMaxBytes ${limits.requestMessageBytes}`,
      Code.ResourceExhausted,
    );
  }
  if (flags !== 0) {
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
