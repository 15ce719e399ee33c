import { callInSpan } from "../in-span.ts";
import type { TransferStore } from "../transfer-store.ts";

/** Traces each call. */
export function tracedTransfers(base: TransferStore): TransferStore {
  return {
    beginUploads: (digests, call) =>
      callInSpan(call, "TransferStore.beginUploads", (own) => base.beginUploads(digests, own)),
    presignParts: (upload, first, count, call) =>
      callInSpan(call, "TransferStore.presignParts", (own) =>
        base.presignParts(upload, first, count, own),
      ),
    commitUpload: (upload, partEtags, call) =>
      callInSpan(call, "TransferStore.commitUpload", (own) =>
        base.commitUpload(upload, partEtags, own),
      ),
    abortUpload: (upload, call) =>
      callInSpan(call, "TransferStore.abortUpload", (own) => base.abortUpload(upload, own)),
    beginDownloads: (digests, accepted, call) =>
      callInSpan(call, "TransferStore.beginDownloads", (own) =>
        base.beginDownloads(digests, accepted, own),
      ),
  };
}
