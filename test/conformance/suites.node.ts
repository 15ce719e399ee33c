import { access } from "./access.ts";
import type { Check } from "./check.ts";
import { rpcSections } from "./checklist.ts";
import { compressedBatches } from "./compressed-batches.node.ts";
import { compressedReads } from "./compressed-reads.node.ts";
import { grpcTransport } from "./grpc-transport.node.ts";
import { httpAccess } from "./http-access.node.ts";
import { httpCache } from "./http-cache.node.ts";
import { lifetimes } from "./lifetimes.node.ts";
import { splicedReads } from "./spliced-reads.node.ts";
import type { Protocol } from "./target.ts";
import { chunkTroubles, damages, troubles } from "./troubles.node.ts";

/** Checks by section. */
export type Suite = Readonly<Record<string, readonly Check[]>>;

/** What a server owes its clients in a protocol. */
export function rpcSuite(protocol: Protocol): Suite {
  const sections = {
    ...rpcSections,
    "Spliced blobs": splicedReads,
    Compression: [...compressedReads, ...compressedBatches],
  };
  return protocol === "grpc" ? { ...sections, "gRPC transport": grpcTransport } : sections;
}

export const httpSuite: Suite = { requests: httpCache };

/** What a server that asks for tokens owes its clients in every protocol. */
export const accessSuite: Suite = { Access: access };

export const httpAccessSuite: Suite = { requests: httpAccess };

/** What a server owes its clients over hours, and on bad days: asked of one that is in the test's hands. */
export const heldSuite: Suite = {
  Lifetimes: lifetimes,
  Troubles: [...troubles, ...chunkTroubles],
  Damages: damages,
};

export function checksOf(...suites: readonly Suite[]): readonly Check[] {
  return suites.flatMap((suite) => Object.values(suite).flat());
}
