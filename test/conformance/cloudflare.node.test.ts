import { afterAll } from "vitest";
import { startWorker } from "../support/worker.node.ts";
import { cloudflareKnownGaps, cloudflareNotApplicable } from "./cloudflare-differences.ts";
import { httpConformance, rpcConformance } from "./conformance.node.ts";
import { createTarget } from "./target.node.ts";

const worker = await startWorker();
afterAll(async () => await worker[Symbol.asyncDispose]());

const targets = (["connect", "grpc-web"] as const).map((protocol) =>
  createTarget({
    baseUrl: worker.url,
    protocol,
    // workerd itself speaks no other; in front of it, Cloudflare does.
    httpVersion: "1.1",
    knownGaps: cloudflareKnownGaps,
    notApplicable: cloudflareNotApplicable,
  }),
);
for (const target of targets) rpcConformance(target);
for (const target of targets.slice(0, 1)) httpConformance(target);
