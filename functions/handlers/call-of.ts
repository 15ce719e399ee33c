import type { HandlerContext } from "@connectrpc/connect";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { anonymous, type Call } from "../../shared/stores/call.ts";

/** The call that a request makes on the services. Throws INVALID_ARGUMENT for a malformed instance name. */
export function callOf(context: HandlerContext, instanceName: string): Call {
  return {
    signal: context.signal,
    instanceName: parseInstanceName(instanceName),
    principal: anonymous,
  };
}
