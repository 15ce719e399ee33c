import type { HandlerContext } from "@connectrpc/connect";
import { systemClock } from "../../shared/clock.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { anonymous, type Call } from "../../shared/stores/call.ts";

/** The call that a request makes on the services. Throws INVALID_ARGUMENT for a malformed instance name. */
export function callOf(context: HandlerContext, instanceName: string): Call {
  const timeoutMs = context.timeoutMs();
  return {
    signal: context.signal,
    ...(timeoutMs === undefined ? {} : { deadlineMs: systemClock.now() + timeoutMs }),
    instanceName: parseInstanceName(instanceName),
    principal: anonymous,
  };
}
