import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { Call } from "../../shared/stores/call.ts";
import { anonymous } from "./principals.ts";

/** A call for an instance, without a deadline. */
export function callFor(instanceName = "", signal?: AbortSignal): Call {
  return {
    signal: signal ?? new AbortController().signal,
    instanceName: parseInstanceName(instanceName),
    principal: anonymous,
  };
}

/** A call, and the way to end it: as a client that goes away does. */
export function abortableCall(): { call: Call; reason: Error; abort: () => void } {
  const controller = new AbortController();
  const reason = new Error("the client went away");
  const call = callFor("", controller.signal);
  return { call, reason, abort: () => controller.abort(reason) };
}
