import { afterAll } from "vitest";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { shapeConformance } from "./conformance.node.ts";
import { awsShape } from "./shapes.ts";

const deployment = await startDeployment();
const url = await startFunctionUrl(deployment, open);
afterAll(async () => {
  await url[Symbol.asyncDispose]();
  await deployment[Symbol.asyncDispose]();
});

shapeConformance(awsShape, { baseUrl: url.url, httpVersion: "1.1" });
