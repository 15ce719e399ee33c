import { afterAll, beforeAll, expect, test } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import { randomBlob } from "../conformance/blobs.ts";
import {
  type Deployment,
  startDeployment,
  startFunctionUrl,
} from "../support/function-url.node.ts";
import { newToken } from "../support/tokens.node.ts";

let deployment: Deployment;
beforeAll(async () => {
  deployment = await startDeployment();
});
afterAll(async () => await deployment[Symbol.asyncDispose]());

test("an instance keeps callers to their allowances, over all of its requests", async () => {
  const { token, sha256 } = newToken("small");
  const grants = [{ instance: "**", rights: ["read", "write"] as const }];
  const allowance = { uploadBytesPerSecond: 0.001 };
  const policy: Policy = { tokens: [{ subject: "small", sha256, grants, allowance }] };
  await using served = await startFunctionUrl(deployment, {
    HAYLOFT_ACCESS: JSON.stringify(policy),
  });
  const put = async (): Promise<Response> => {
    const { digest, data } = randomBlob(10_000);
    const headers = { authorization: `Bearer ${token}` };
    return await fetch(`${served.url}/cas/${digest.hash}`, { method: "PUT", headers, body: data });
  };
  expect((await put()).status).toBe(200);
  const refused = await put();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(100);
});
