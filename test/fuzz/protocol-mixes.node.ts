import type { FuzzedCacheOptions } from "./fuzzed-cache.node.ts";
import { fuzzMessages } from "./messages/fuzz-messages.node.ts";
import { fuzzNames } from "./names/fuzz-names.node.ts";
import { fuzzUploads } from "./uploads/fuzz-uploads.node.ts";
import type { Trace } from "./uploads/world.node.ts";

type ProtocolRun = (seed: number, options: FuzzedCacheOptions, trace?: Trace) => Promise<number>;

const runs: Readonly<Record<string, ProtocolRun>> = {
  names: fuzzNames,
  messages: fuzzMessages,
  uploads: fuzzUploads,
};

/** Everything that is said to a server in this process, of either shape. Each resolves how many things a seed's run did. */
export const protocolMixes: Readonly<
  Record<string, (seed: number, trace?: Trace) => Promise<number>>
> = Object.fromEntries(
  Object.entries(runs).flatMap(([name, run]) => [
    [name, async (seed: number, trace?: Trace) => await run(seed, { shape: "node" }, trace)],
    [
      `edge-${name}`,
      async (seed: number, trace?: Trace) => await run(seed, { shape: "edge" }, trace),
    ],
  ]),
);
