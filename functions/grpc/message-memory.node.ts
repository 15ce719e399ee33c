import { lendAs, MemoryPool } from "../../shared/bytes/memory-pool.ts";
import { limits } from "../../shared/limits.ts";
import type { MessageBytes } from "./rpc.node.ts";

/** Below this, memory is not worth being used again. */
const MIN_BYTES = 8 * 1024;

/** Clients upload in messages of a power of four, with something beside the data. */
const pools = [16, 64, 256, 1024, limits.requestMessageBytes / 1024].map(
  (kib) => new MemoryPool((kib * 5 * 1024) / 4),
);

/** Memory for a message, which is used again if it is given back. */
export function messageMemory(bytes: number): MessageBytes {
  const pool = pools.find(({ bufferBytes }) => bytes <= bufferBytes);
  if (bytes < MIN_BYTES || pool === undefined) return Buffer.allocUnsafe(bytes);
  const message = Buffer.from(pool.takeMemory(), 0, bytes);
  lendAs(message, [message]);
  return message;
}
