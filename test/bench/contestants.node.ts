import { ownVersion } from "../support/own-version.node.ts";
import type { BenchOptions } from "./command-line.node.ts";
import type { Contestant } from "./servers/bench-server.ts";
import { hayloft, type HayloftVariant } from "./servers/hayloft-server.node.ts";
import { type Absent, findPeer, peers } from "./servers/peers.node.ts";

export interface Contestants {
  readonly ours: readonly HayloftVariant[];
  readonly peers: readonly Contestant[];
  readonly absent: readonly Absent[];
}

/** Hayloft, its variants, and those peers that are wanted and can be had. */
export async function findContestants(
  { servers, flags, variants }: BenchOptions,
  signal: AbortSignal,
): Promise<Contestants> {
  const isWanted = (name: string): boolean => servers?.includes(name) ?? true;
  const version = await ownVersion();
  const ours = [...(isWanted("hayloft") ? [{ name: "Hayloft", flags }] : []), ...variants];
  const found = await Promise.all(
    peers
      .filter(({ name }) => isWanted(name))
      .map(async (peer) => await findPeer(peer, { env: process.env, signal })),
  );
  return {
    ours: ours.map((variant) => ({ ...variant, version })),
    peers: found.filter((one) => "start" in one),
    absent: found.filter((one) => "reason" in one),
  };
}

export function allOf({ ours, peers: others }: Contestants): readonly Contestant[] {
  return [...ours.map(hayloft), ...others];
}
