import type { Call } from "../../../shared/stores/call.ts";
import { callFor } from "../../support/calls.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** What a client throws that waits no longer. */
export class GaveUp extends Error {
  override readonly name = "GaveUp";
}

/** A call of a client on a machine, who may give up before it has ended. */
export function drawCall({ wire, time, random, policy }: World, machine: Machine): Call {
  if (!random.chance(wire.faults.impatience)) return callFor();
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(new GaveUp("as planned"));
  time.after(wire.delay(policy.requestDelayMs), `${machine.name} gives up`, giveUp);
  return callFor("", controller.signal);
}
