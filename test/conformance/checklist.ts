import { batchReadBlobs } from "./batch-read-blobs.ts";
import { batchUpdateBlobs } from "./batch-update-blobs.ts";
import { byteStreamRead } from "./byte-stream-read.ts";
import { byteStreamWriteEarly } from "./byte-stream-write-early.ts";
import { byteStreamWrite } from "./byte-stream-write.ts";
import { capabilities } from "./capabilities.ts";
import type { Check } from "./check.ts";
import { compressedUploads } from "./compressed-uploads.ts";
import { digestFunctionInference } from "./digest-function-inference.ts";
import { digests } from "./digests.ts";
import { findMissingBlobs } from "./find-missing-blobs.ts";
import { general } from "./general.ts";
import { getActionResult } from "./get-action-result.ts";
import { getTreeChecks } from "./get-tree.ts";
import { queryWriteStatus } from "./query-write-status.ts";
import { resourceNames } from "./resource-names.ts";
import { spliceBlob } from "./splice-blob.ts";
import { splitBlob } from "./split-blob.ts";
import { transport } from "./transport.ts";
import { updateActionResult } from "./update-action-result.ts";

/** The checks that a server passes in every protocol, by section of the checklist. */
export const rpcSections: Readonly<Record<string, readonly Check[]>> = {
  General: general,
  Digests: digests,
  "Digest function inference": digestFunctionInference,
  "Resource names": resourceNames,
  Capabilities: capabilities,
  FindMissingBlobs: findMissingBlobs,
  BatchUpdateBlobs: batchUpdateBlobs,
  BatchReadBlobs: batchReadBlobs,
  GetTree: getTreeChecks,
  SplitBlob: splitBlob,
  SpliceBlob: spliceBlob,
  "ByteStream.Read": byteStreamRead,
  "ByteStream.Write": [...byteStreamWrite, ...byteStreamWriteEarly, ...compressedUploads],
  "ByteStream.QueryWriteStatus": queryWriteStatus,
  GetActionResult: getActionResult,
  UpdateActionResult: updateActionResult,
  Transport: transport,
};
