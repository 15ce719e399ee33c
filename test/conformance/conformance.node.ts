import { afterAll, describe, test } from "vitest";
import { type Check, type Clients, clientsOn } from "./check.ts";
import { rpcSections } from "./checklist.ts";
import { grpcTransport } from "./grpc-transport.node.ts";
import { httpCache } from "./http-cache.node.ts";
import type { Target } from "./target.ts";

const TIMEOUT_MS = 30_000;

type Sections = Readonly<Record<string, readonly Check[]>>;

/** Defines a test for every check of the RPCs, in the target's protocol. */
export function rpcConformance(target: Target): void {
  const native: Sections = target.protocol === "grpc" ? { "gRPC transport": grpcTransport } : {};
  defineSuite(target.protocol, { ...rpcSections, ...native }, target);
}

/** Defines a test for every check of the HTTP cache. */
export function httpConformance(target: Target): void {
  defineSuite("HTTP cache", { requests: httpCache }, target);
}

function defineSuite(name: string, sections: Sections, target: Target): void {
  describe(name, () => {
    const connection = target.connect();
    afterAll(() => connection[Symbol.dispose]());
    const clients = clientsOn(connection);
    for (const [section, checks] of Object.entries(sections)) {
      describe(section, () => checks.forEach((check) => defineTest(check, clients, target)));
    }
  });
}

/** A known gap must fail: one that passes was closed, and has to leave the list. */
function defineTest({ number, title, run }: Check, clients: Clients, target: Target): void {
  const gap = target.knownGaps.get(number);
  const define = gap === undefined ? test : test.fails;
  const name = gap === undefined ? `${number} ${title}` : `${number} ${title} (gap: ${gap})`;
  const beside = target.notApplicable.get(number);
  define(name, { timeout: TIMEOUT_MS }, async ({ expect, skip }) => {
    if (beside !== undefined) skip(beside);
    const instanceName = `conformance/${number}/${crypto.randomUUID()}`;
    await run({ ...clients, target, instanceName, expect, skip });
  });
}
