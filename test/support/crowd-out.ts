import type { Digest } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { bytesOf, KIB } from "./bytes.ts";
import type { TestCache } from "./cache.ts";
import { callFor } from "./calls.ts";

/** Fills the memory of a cache until of what was there before nothing but `kept` is left. There is room again afterwards. */
export async function crowdOut(cache: TestCache, kept: readonly Digest[] = []): Promise<void> {
  const { clock, memory } = cache;
  clock.advance(limits.leaseMs + 1);
  await memory.findMissing(kept, callFor());
  for (let seed = 1000; await fits(cache.keep(bytesOf(100 * KIB, seed))); seed++);
  clock.advance(limits.leaseMs + 1);
  await memory.findMissing(kept, callFor());
}

async function fits(upload: Promise<unknown>): Promise<boolean> {
  try {
    await upload;
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "exhausted") return false;
    throw error;
  }
}
