import { lendAs, MemoryPool } from "../../shared/bytes/memory-pool.ts";
import { limits } from "../../shared/limits.ts";
import type { MessageBytes } from "./rpc.node.ts";

/** Below this, memory is not worth being used again. */
const MIN_BYTES = 8 * 1024;

/** From one pool to the next: what a message takes is at most so many times what it has. */
const STEP = 4 / 3;

/** What all pools keep together for the next messages. */
const MAX_FREE_BYTES = 32 * 1024 * 1024;

const pools: readonly MemoryPool[] = sizes().map((bytes) => new MemoryPool(bytes, makeRoom));

function sizes(): readonly number[] {
  const count = Math.ceil(Math.log(limits.requestMessageBytes / MIN_BYTES) / Math.log(STEP)) + 1;
  return Array.from({ length: count }, (_, power) => Math.ceil(MIN_BYTES * STEP ** power));
}

/** Whoever keeps most gives something up for what is used now. */
function makeRoom({ bufferBytes }: MemoryPool): boolean {
  const free = (): number => pools.reduce((sum, pool) => sum + pool.freeBytes, 0);
  while (free() + bufferBytes > MAX_FREE_BYTES) {
    pools.reduce((most, pool) => (pool.freeBytes > most.freeBytes ? pool : most)).dropOne();
  }
  return true;
}

/** Memory for a message, which is used again if it is given back. */
export function messageMemory(bytes: number): MessageBytes {
  const pool = bytes < MIN_BYTES ? undefined : pools.find((one) => bytes <= one.bufferBytes);
  if (pool === undefined) return Buffer.allocUnsafe(bytes);
  const message = Buffer.from(pool.takeMemory(), 0, bytes);
  lendAs(message, [message]);
  return message;
}
