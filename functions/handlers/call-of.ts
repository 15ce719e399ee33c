import { systemClock } from "../../shared/clock.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { Call, Right } from "../../shared/stores/call.ts";
import { principalOf } from "../interceptors/gate.ts";
import { recordKey } from "../telemetry/request-watch.ts";
import { namespaceOf, permit } from "./permit.ts";
import { clientOf } from "./request-metadata.ts";
import type { CallContext } from "./call-context.ts";

/**
 * The call that a request makes on the services, for which its caller needs `right`. Throws INVALID_ARGUMENT for a malformed instance
 * name, and PERMISSION_DENIED.
 */
export function callOf(context: CallContext, instanceName: string, right: Right): Call {
  const timeoutMs = context.timeoutMs();
  const principal = principalOf(context);
  const name = parseInstanceName(instanceName);
  const notes = context.values.get(recordKey);
  if (notes !== undefined) notes.instanceName = name;
  return {
    ...namespaceOf(name, permit(principal, name, right)),
    signal: context.signal,
    ...(timeoutMs === undefined ? {} : { deadlineMs: systemClock.now() + timeoutMs }),
    principal,
    client: () => (notes === undefined ? clientOf(context.requestHeader) : notes.client),
    notes,
  };
}
