import { mapConcurrently } from "../../concurrent.ts";
import type { Digest } from "../../digest/digest.ts";
import { limits } from "../../limits.ts";
import { type Soon, whenKnown } from "../../soon.ts";
import type { BlobStore } from "../blob-store.ts";
import { chunkSource } from "../chunk-source.ts";
import { askForMisses, getEach } from "../get-each.ts";
import { inDefaultTime, type InTime, inTime } from "../in-time.ts";
import type { Call } from "../call.ts";
import type { LeasedChunkLists } from "../leased-chunk-lists.ts";

/**
 * Answers also for blobs that are not there whole, but as chunks with a list of them. `lists` are those over `base`. The store is
 * asked first, so that what it has costs nothing more; blobs that are too small to be in chunks never do.
 */
export function splicedBlobs(
  base: BlobStore,
  lists: LeasedChunkLists,
  when: InTime = inDefaultTime,
): BlobStore {
  const withoutSpliced = (missing: readonly Digest[], call: Call): Soon<readonly Digest[]> => {
    const candidates = missing.filter((digest) => lists.mayHave(digest));
    return candidates.length === 0 ? missing : lookUp(missing, candidates, call);
  };
  const lookUp = async (
    missing: readonly Digest[],
    candidates: readonly Digest[],
    call: Call,
  ): Promise<readonly Digest[]> => {
    const spliced = new Set<Digest>();
    await mapConcurrently(candidates, limits.storeConcurrency, async (digest) => {
      if ((await lists.find(digest, call)) !== undefined) spliced.add(digest);
    });
    return missing.filter((digest) => !spliced.has(digest));
  };
  const getSpliced: BlobStore["get"] = async (name, range, call) => {
    const list = await lists.find(name, call);
    return list && chunkSource(base, list.chunks, range, call);
  };
  return {
    maxBlobBytes: base.maxBlobBytes,
    findMissing: (digests, call) =>
      inTime(
        () =>
          whenKnown(base.findMissing(digests, call), (missing) => withoutSpliced(missing, call)),
        when,
      ),
    get: (name, range, call) =>
      whenKnown(base.get(name, range, call), (whole) => whole ?? getSpliced(name, range, call)),
    getBatch: async (digests, call, accepted) => {
      const whole = await base.getBatch(digests, call, accepted);
      return await askForMisses(digests, whole, (missed) =>
        getEach({ get: getSpliced }, missed, call, accepted),
      );
    },
    put: (digest, body, call) => base.put(digest, body, call),
    putBatch: (blobs, call) => base.putBatch(blobs, call),
  };
}
