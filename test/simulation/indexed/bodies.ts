import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** What may be wrong with the bytes of an upload. */
const flaws = ["cut", "wrong", "short"] as const;

export interface Body {
  readonly bytes: Uint8Array;
  readonly flaw: (typeof flaws)[number] | undefined;
  /** How long nothing comes in the middle. */
  readonly pauseMs: number;
}

/** What a client that loses its connection throws. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** Most are good; some have a flaw; some are so slow that nobody waits for them any more. */
export function drawBody(bytes: Uint8Array, { wire, random, policy }: World): Body {
  const isBad = random.chance(wire.faults.badBodies);
  const hasFlaw = isBad && random.chance(0.5);
  return {
    bytes,
    flaw: hasFlaw ? random.pick(flaws) : undefined,
    pauseMs: isBad && !hasFlaw ? random.below(2 * policy.uploadWindowMs) : random.below(1000),
  };
}

/** The bytes of an upload as they come from a client, in two pieces. */
export async function* bytesOfBody(
  { bytes, flaw, pauseMs }: Body,
  machine: Machine,
): AsyncGenerator<Uint8Array, void> {
  const half = bytes.byteLength >> 1;
  yield bytes.slice(0, half);
  await machine.sleep(pauseMs);
  if (flaw === "cut") throw new ConnectionLost("as planned");
  if (flaw === "short") return;
  const rest = bytes.slice(half);
  if (flaw === "wrong") rest.fill(0xee);
  yield rest;
}
