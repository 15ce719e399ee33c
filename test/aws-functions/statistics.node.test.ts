import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Statistics, SubjectKind } from "../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { failure, outcome } from "../conformance/outcome.ts";
import { open, startDeployment, startFunctionUrl } from "../support/function-url.node.ts";

test("a function keeps no statistics, and says who has the numbers", async () => {
  await using deployment = await startDeployment();
  await using instance = await startFunctionUrl(deployment, open);
  const transport = createConnectTransport({ baseUrl: instance.url, httpVersion: "1.1" });
  const { getStatistics, listStatistics } = createClient(Statistics, transport);
  const error = await failure(getStatistics({ instances: "main" }));
  expect(error?.message).toMatch(/^\[unimplemented\] .*Logs Insights on AWS/);
  const listed = outcome(listStatistics({ kind: SubjectKind.INVOCATION }));
  expect(await listed).toBe("Unimplemented");
});
