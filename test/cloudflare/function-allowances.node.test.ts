import { expect, test } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import { randomBlob } from "../conformance/blobs.ts";
import { newToken } from "../support/tokens.node.ts";
import { startWorker } from "../support/worker.node.ts";

const grants = [{ instance: "**", rights: ["read", "write"] as const }];

test("an isolate keeps callers to their allowances, over all of its requests", async () => {
  const [few, small] = [newToken("few"), newToken("small")];
  const policy: Policy = {
    tokens: [
      { subject: "few", sha256: few.sha256, grants, allowance: { requestsPerSecond: 0.001 } },
      {
        subject: "small",
        sha256: small.sha256,
        grants,
        allowance: { uploadBytesPerSecond: 0.001 },
      },
    ],
  };
  await using worker = await startWorker({ HAYLOFT_ACCESS: JSON.stringify(policy) });
  const put = async (token: string): Promise<Response> => {
    const { digest, data } = randomBlob(10_000);
    const headers = { authorization: `Bearer ${token}` };
    return await fetch(`${worker.url}/cas/${digest.hash}`, { method: "PUT", headers, body: data });
  };
  for (const { token } of [few, small]) {
    expect((await put(token)).status).toBe(200);
    const refused = await put(token);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(100);
  }
});
