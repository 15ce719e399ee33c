import { formatGlob, type InstanceGlob } from "../../shared/digest/instance-glob.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import { quote, RequestError } from "../../shared/request-error.ts";
import type { Call, Principal, Right, Standing } from "../../shared/stores/call.ts";

const deeds: Readonly<Record<Right, string>> = {
  "cas-read": "read blobs",
  "cas-write": "store blobs",
  "find-missing": "ask which blobs are there",
  "ac-read": "read action results",
  "ac-write": "store action results",
  asset: "use assets",
  admin: "administer the cache",
};

/** Throws PERMISSION_DENIED for who lacks the right. Not NOT_FOUND: a build would take that for a cache that is empty. */
export function permit(principal: Principal, instanceName: InstanceName, right: Right): Standing {
  const standing = principal.standingIn(instanceName);
  if (standing.rights.has(right)) return standing;
  const where = instanceName === "" ? "" : ` in the instance ${quote(instanceName)}`;
  const advice = right.endsWith("-write")
    ? "; a build that is only to read says so, Bazel by --noremote_upload_local_results"
    : "";
  throw new RequestError(
    "permission-denied",
    `${principal.subject} may not ${deeds[right]}${where}${advice}`,
  );
}

/** The same for all instances that a glob covers. */
export function permitThroughout(
  principal: Principal,
  instances: InstanceGlob,
  right: Right,
): void {
  if (principal.hasThroughout(right, instances)) return;
  const glob = formatGlob(instances);
  throw new RequestError(
    "permission-denied",
    `${principal.subject} may not ${deeds[right]} throughout ${quote(glob)}; it takes the right ${right} in a grant that covers all of that`,
  );
}

/** Where a call of somebody with this standing reads and writes. */
export function namespaceOf(
  instanceName: InstanceName,
  { blobScope, inherits }: Standing,
): Pick<Call, "instanceName" | "blobScope" | "inherits"> {
  return { instanceName, inherits, ...(blobScope === undefined ? {} : { blobScope }) };
}
