import { RequestError } from "../../shared/request-error.ts";
import type { Principal, Right } from "../../shared/stores/call.ts";

const NO_UPLOADS = "a build that is only to read says so, Bazel by --noremote_upload_local_results";

const deeds: Readonly<Record<Right, string>> = {
  "cas-read": "read blobs",
  "cas-write": `store blobs; ${NO_UPLOADS}`,
  "ac-read": "read action results",
  "ac-write": `store action results; ${NO_UPLOADS}`,
};

/** Throws PERMISSION_DENIED for who lacks the right. Not NOT_FOUND: a build would take that for a cache that is empty. */
export function permit({ subject, rights }: Principal, right: Right): void {
  if (rights.has(right)) return;
  throw new RequestError("permission-denied", `${subject} may not ${deeds[right]}`);
}
