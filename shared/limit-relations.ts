import type { Limits } from "./limits.ts";

const KIB = 1024;

/** What has to hold between limits. */
const relations: readonly (readonly [rule: string, holds: (limits: Limits) => boolean])[] = [
  [
    "an oversized batch must reach its own check",
    (limits) => limits.requestMessageBytes >= limits.batchBytes * 1.1,
  ],
  [
    "one request must not fill an isolate's budget",
    (limits) => limits.isolateRequestBytes >= 2 * limits.requestMessageBytes,
  ],
  [
    "the largest window that is taken must find room",
    (limits) => limits.zstdWindowsBytes >= limits.zstdWindowBytes,
  ],
  [
    "a batch of compressed blobs must fit an isolate's budget with what is made of it",
    (limits) => limits.isolateRequestBytes >= limits.requestMessageBytes + limits.decodedBatchBytes,
  ],
  [
    "an upload must fit the event with its headers and framing",
    (limits) => (limits.lambdaUploadBytes * 4) / 3 + 256 * KIB <= limits.lambdaEventBytes,
  ],
  [
    "a batch of one blob must not admit more than the blob's upload",
    (limits) => limits.lambdaUploadBytes > limits.batchBytes,
  ],
  [
    "a full batch and its digests must fit a response",
    (limits) => limits.responseMessageBytes > limits.batchBytes,
  ],
  [
    "streamed pages must stay under a client's receive limit",
    (limits) => limits.treePageBytes + limits.readMessageBytes < limits.responseMessageBytes,
  ],
  [
    "a page of one Directory and its token must fit a response",
    (limits) => limits.directoryBytes + 4 * KIB < limits.responseMessageBytes,
  ],
  [
    "an action result that is taken must be returnable",
    (limits) => limits.actionResultBytes < limits.responseMessageBytes,
  ],
  [
    "a response must hold the digests of all chunks, of the longest hashes",
    (limits) => limits.chunksPerBlob * 139 < limits.responseMessageBytes,
  ],
  [
    "clients derive the size from which they split from what is advertised",
    (limits) => limits.splicedBytes === 4 * limits.chunkBytes,
  ],
  [
    "what is cut on demand must not have too many chunks, even if all are the smallest",
    (limits) => limits.splitBytes <= limits.chunksPerBlob * (limits.chunkBytes / 4),
  ],
  [
    "SplitBlob must have something to split",
    (limits) =>
      limits.workerSplitBytes >= limits.splicedBytes &&
      limits.lambdaSplitBytes >= limits.splicedBytes,
  ],
  ["Bazel opens up to 100 calls per connection", (limits) => limits.connectionStreams >= 100],
  [
    "one stream must not be able to want more than its connection admits",
    (limits) => limits.streamWindowBytes <= limits.connectionWindowBytes,
  ],
  [
    "what is under a lease must not be swept while a request about it is on its way",
    (limits) => limits.indexDelayMs + 2 * limits.clockSkewMs < limits.leaseMs,
  ],
  [
    "presigned requests, with credentials of a session in each, must fit a response",
    (limits) =>
      limits.transferBlobs * (limits.inlineBytes + 4 * KIB) < limits.responseMessageBytes &&
      limits.presignedParts * 4 * KIB < limits.responseMessageBytes,
  ],
  [
    "what a presigned request reads must still be there, and what it writes must still be wanted",
    (limits) => limits.presignedMs < limits.leaseMs && limits.presignedMs < limits.uploadWindowMs,
  ],
  [
    "what an action result refers to is renewed before the result, which takes time",
    (limits) => 2 * limits.indexDelayMs < limits.renewEveryMs,
  ],
  [
    "an upload must be over before what it has committed can be swept, because it may be committed again",
    (limits) =>
      limits.uploadWindowMs + 2 * limits.clockSkewMs <= limits.leaseMs + limits.renewEveryMs,
  ],
  [
    "what one connection has broken off must be kept",
    (limits) => limits.pausedUploads <= limits.connectionStreams && limits.pausedUploads >= 100,
  ],
  [
    "the largest blob needs most that its upload can be resumed",
    (limits) => limits.pausedUploadBytes >= limits.blobBytes,
  ],
  [
    "a block of the disk store must not turn old while an upload waits in it",
    (limits) => limits.pausedUploadMs + limits.idleTimeoutMs < limits.leaseMs,
  ],
  [
    "the largest blob must fit the parts that a multipart upload may have, and if it only begins to shrink when it is encoded",
    (limits) =>
      limits.partBytes * 10_000 >= limits.blobBytes &&
      limits.encodedPartBytes * 10_000 >= 1.01 * limits.blobBytes,
  ],
  [
    "keys must be old before they are too old",
    (limits) =>
      limits.keysFileFreshMs <= limits.keysFreshMs && limits.keysFreshMs < limits.keysStaleMs,
  ],
];

/** Throws where limits contradict each other. */
export function checkRelations(limits: Limits): void {
  for (const [rule, holds] of relations) {
    if (!holds(limits)) throw new Error(`limits.ts contradicts itself: ${rule}`);
  }
}
