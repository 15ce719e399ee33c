import { mapConcurrently } from "../../concurrent.ts";
import type { Digest } from "../../digest/digest.ts";
import { limits } from "../../limits.ts";
import type { Call } from "../call.ts";
import { inDefaultTime, type InTime, inTime } from "../in-time.ts";
import type { LeasedChunkLists } from "../leased-chunk-lists.ts";
import type { TransferStore } from "../transfer-store.ts";

/** Transfers that know of blobs which are not there whole, but as chunks: nobody need upload them, and no single request reads them. */
export function splicedTransfers(
  base: TransferStore,
  lists: LeasedChunkLists,
  when: InTime = inDefaultTime,
): TransferStore {
  const splicedAmong = async (
    digests: readonly Digest[],
    call: Call,
  ): Promise<ReadonlySet<Digest>> => {
    const spliced = new Set<Digest>();
    await mapConcurrently(digests, limits.storeConcurrency, async (digest) => {
      if ((await lists.find(digest, call)) !== undefined) spliced.add(digest);
    });
    return spliced;
  };

  const beginUploads: TransferStore["beginUploads"] = async (digests, call) => {
    const spliced = await splicedAmong(digests, call);
    const others = digests.filter((digest) => !spliced.has(digest));
    const plans = await base.beginUploads(others, call);
    const planOf = new Map(others.map((digest, index) => [digest, plans[index]]));
    return digests.map((digest) => planOf.get(digest) ?? { way: "present" });
  };

  const beginDownloads: TransferStore["beginDownloads"] = async (digests, compressors, call) => {
    const plans = await base.beginDownloads(digests, compressors, call);
    const absent = digests.filter((_, index) => plans[index]?.way === "absent");
    const spliced = await splicedAmong(absent, call);
    const areSpliced = digests.map((digest) => spliced.has(digest));
    return plans.map((plan, index) => (areSpliced[index] === true ? { way: "spliced" } : plan));
  };

  return {
    beginUploads: async (...args) => await inTime(() => beginUploads(...args), when),
    presignParts: async (...args) => await base.presignParts(...args),
    commitUpload: async (...args) => await base.commitUpload(...args),
    abortUpload: async (...args) => await base.abortUpload(...args),
    beginDownloads: async (...args) => await inTime(() => beginDownloads(...args), when),
  };
}
