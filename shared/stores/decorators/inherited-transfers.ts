import { blobCallsAbove } from "../inherited-calls.ts";
import type { TransferStore } from "../transfer-store.ts";

/** Finds what a call's own instance lacks in those above it, as `inheritedBlobs` does. Uploads go into its own. */
export function inheritedTransfers(base: TransferStore): TransferStore {
  return {
    beginUploads: async (...args) => await base.beginUploads(...args),
    presignParts: async (...args) => await base.presignParts(...args),
    commitUpload: async (...args) => await base.commitUpload(...args),
    abortUpload: async (...args) => await base.abortUpload(...args),
    beginDownloads: async (digests, accepted, call) => {
      const plans = [...(await base.beginDownloads(digests, accepted, call))];
      for (const above of blobCallsAbove(call)) {
        const absent = [...plans.keys()].filter((index) => plans[index]?.way === "absent");
        if (absent.length === 0) break;
        const asked = digests.filter((_, index) => absent.includes(index));
        const found = await base.beginDownloads(asked, accepted, above);
        for (const [place, index] of absent.entries())
          plans[index] = found[place] ?? { way: "absent" };
      }
      return plans;
    },
  };
}
