import { env } from "node:process";
import { afterAll } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { httpConformance, rpcConformance } from "./conformance.node.ts";
import { nodeKnownGaps } from "./known-gaps.ts";
import { createTarget, type TargetOptions } from "./target.node.ts";
import type { Protocol } from "./target.ts";

const ALL: readonly Protocol[] = ["grpc", "connect", "grpc-web"];

/** The server that HAYLOFT_CONFORMANCE_URL names, whose gaps nobody has listed, or one of our own. */
async function server(): Promise<Omit<TargetOptions, "protocol">> {
  const given = env["HAYLOFT_CONFORMANCE_URL"];
  if (given !== undefined) return { baseUrl: given.replace(/\/$/, "") };
  const hayloft = await startHayloft();
  afterAll(async () => void (await hayloft.stop()));
  return { baseUrl: hayloft.url, knownGaps: nodeKnownGaps };
}

/** The protocols that HAYLOFT_CONFORMANCE_PROTOCOLS lists; all of them if it is not set. */
function protocols(): readonly Protocol[] {
  const listed = env["HAYLOFT_CONFORMANCE_PROTOCOLS"]?.split(",");
  return listed === undefined ? ALL : ALL.filter((protocol) => listed.includes(protocol));
}

const options = await server();
const targets = protocols().map((protocol) => createTarget({ ...options, protocol }));
for (const target of targets) rpcConformance(target);
for (const target of targets.slice(0, 1)) httpConformance(target);
