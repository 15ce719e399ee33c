import { collect } from "../bytes/collect.ts";
import { mapConcurrently } from "../concurrent.ts";
import type { Digest } from "../digest/digest.ts";
import type { Compressor } from "../digest/resource-name.ts";
import { limits } from "../limits.ts";
import type { BatchBlob, BatchEntry, BlobStore } from "./blob-store.ts";
import type { Call } from "./call.ts";

/** What `BlobStore.getBatch` gives, where there is no quicker way than blob by blob. */
export async function getEach(
  store: Pick<BlobStore, "get">,
  digests: readonly Digest[],
  call: Call,
  accepted: Compressor | undefined,
): Promise<readonly BatchEntry[]> {
  return await mapConcurrently(digests, limits.batchConcurrency, async (digest) => {
    try {
      return await getWhole(store, digest, call, accepted);
    } catch (error) {
      call.signal.throwIfAborted();
      return { error };
    }
  });
}

async function getWhole(
  store: Pick<BlobStore, "get">,
  digest: Digest,
  call: Call,
  accepted: Compressor | undefined,
): Promise<BatchBlob | undefined> {
  const found = await store.get(digest, { offset: 0 }, call);
  if (found === undefined) return undefined;
  // Bytes at hand hold nothing open.
  if (found.bytes !== undefined) return { data: found.bytes, compressor: "identity" };
  await using source = found;
  const { encoded, sizeBytes } = source;
  const isLess = encoded !== undefined && encoded.sizeBytes < sizeBytes;
  if (isLess && encoded.compressor === accepted) {
    const data = await collect(encoded, encoded.sizeBytes);
    return { data, compressor: encoded.compressor };
  }
  return { data: await collect(source, sizeBytes), compressor: "identity" };
}

/** The entries of a batch, where those that were missed are what `ask` gives for their digests. */
export async function askForMisses(
  digests: readonly Digest[],
  entries: readonly BatchEntry[],
  ask: (missed: readonly Digest[]) => Promise<readonly BatchEntry[]>,
): Promise<readonly BatchEntry[]> {
  const missed = digests.filter((_, index) => entries[index] === undefined);
  if (missed.length === 0) return entries;
  const found = (await ask(missed)).values();
  return entries.map((entry) => entry ?? found.next().value);
}
