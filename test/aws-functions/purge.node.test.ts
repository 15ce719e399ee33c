import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, expect, test } from "vitest";
import { ActionCache } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { Admin } from "../../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";

const hash = "ab".repeat(32);

const deployment = await startDeployment();
const instances = await Promise.all([1, 2].map(() => startFunctionUrl(deployment, open)));
afterAll(async () => {
  for (const each of [...instances, deployment]) await each[Symbol.asyncDispose]();
});

async function statuses(): Promise<readonly number[]> {
  const answers = instances.map(async ({ url }) => (await fetch(`${url}/main/ac/${hash}`)).status);
  return await Promise.all(answers);
}

test("a purge that one instance of the function has made holds in the others", async () => {
  const [{ url } = { url: "" }] = instances;
  const transport = createConnectTransport({ baseUrl: url, httpVersion: "1.1" });
  const admin = createClient(Admin, transport);
  const headers = { [METADATA_HEADER]: metadataHeader({ toolInvocationId: "a-build" }) };
  const named = { instanceName: "main", actionDigest: { hash, sizeBytes: 1n } };
  const write = async (): Promise<void> => {
    const actions = createClient(ActionCache, transport);
    await actions.updateActionResult({ ...named, actionResult: {} }, { headers });
  };
  await write();
  expect(await statuses()).toEqual([200, 200]);
  const { rule } = await admin.purge({ instances: "main/**", subject: "anonymous" });
  expect(await statuses()).toEqual([404, 404]);
  expect(await admin.describeAction(named)).toMatchObject({
    provenance: { subject: "anonymous", invocationId: "a-build" },
    purgedBy: { id: rule?.id },
  });
  await write();
  expect(await statuses()).toEqual([200, 200]);
});
