import { afterAll } from "vitest";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { awsNotApplicable } from "./aws-differences.ts";
import { httpConformance, rpcConformance } from "./conformance.node.ts";
import { createTarget } from "./target.node.ts";

const deployment = await startDeployment();
const url = await startFunctionUrl(deployment, open);
afterAll(async () => {
  await url[Symbol.asyncDispose]();
  await deployment[Symbol.asyncDispose]();
});

const targets = (["connect", "grpc-web"] as const).map((protocol) =>
  createTarget({
    baseUrl: url.url,
    protocol,
    httpVersion: "1.1",
    notApplicable: awsNotApplicable,
  }),
);
for (const target of targets) rpcConformance(target);
for (const target of targets.slice(0, 1)) httpConformance(target);
