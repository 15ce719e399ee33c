import { afterAll } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { startLocalAws } from "../support/local-aws.node.ts";
import { shapeConformance } from "./conformance.node.ts";
import { replicaShape } from "./shapes.ts";

const aws = await startLocalAws();
const hayloft = await startHayloft(aws);
afterAll(async () => {
  await hayloft.stop();
  await aws[Symbol.asyncDispose]();
});

shapeConformance(replicaShape, { baseUrl: hayloft.url });
