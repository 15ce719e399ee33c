import { afterAll } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { startLocalAws } from "../support/local-aws.node.ts";
import { httpConformance, rpcConformance } from "./conformance.node.ts";
import { nodeKnownGaps } from "./known-gaps.ts";
import { createTarget } from "./target.node.ts";

/** A server as one of many that share S3 and DynamoDB. Other protocols are the same over every store. */
const aws = await startLocalAws();
const hayloft = await startHayloft(aws);
afterAll(async () => {
  await hayloft.stop();
  await aws[Symbol.asyncDispose]();
});

const target = createTarget({
  baseUrl: hayloft.url,
  protocol: "grpc",
  knownGaps: nodeKnownGaps,
});
rpcConformance(target);
httpConformance(target);
