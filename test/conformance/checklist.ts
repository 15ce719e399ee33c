import { batchReadBlobs } from "./batch-read-blobs.ts";
import { batchUpdateBlobs } from "./batch-update-blobs.ts";
import { byteStreamRead } from "./byte-stream-read.ts";
import { byteStreamWriteEarly } from "./byte-stream-write-early.ts";
import { byteStreamWrite } from "./byte-stream-write.ts";
import { capabilities } from "./capabilities.ts";
import type { Check } from "./check.ts";
import { digestFunctionInference } from "./digest-function-inference.ts";
import { digests } from "./digests.ts";
import { findMissingBlobs } from "./find-missing-blobs.ts";
import { general } from "./general.ts";
import { getActionResult } from "./get-action-result.ts";
import { getTreeChecks } from "./get-tree.ts";
import { queryWriteStatus } from "./query-write-status.ts";
import { resourceNames } from "./resource-names.ts";
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
  "ByteStream.Read": byteStreamRead,
  "ByteStream.Write": [...byteStreamWrite, ...byteStreamWriteEarly],
  "ByteStream.QueryWriteStatus": queryWriteStatus,
  GetActionResult: getActionResult,
  UpdateActionResult: updateActionResult,
  Transport: transport,
};

/** How many numbers each section of the checklist has. 10, 17 to 19 and 21 are about what is not served yet. */
const numbersInSection: Readonly<Record<number, number>> = {
  1: 15,
  2: 10,
  3: 9,
  4: 11,
  5: 15,
  6: 10,
  7: 10,
  8: 11,
  9: 15,
  11: 18,
  12: 25,
  13: 7,
  14: 15,
  15: 11,
  20: 22,
  22: 12,
};

/** The rows of the table of names in section 4. */
const nameRows = [..."abcdefghijkl"].map((letter) => `4.${letter}`);

/** Sections that are one table, without numbers. */
const tables = ["16", "23"];

/** Every number that has to be a check, or to be listed in `not-applicable.ts`. */
export const checklistNumbers: readonly string[] = [
  ...Object.entries(numbersInSection).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  ),
  ...nameRows,
  ...tables,
];
