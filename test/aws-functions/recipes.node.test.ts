import { expect, test } from "vitest";
import { githubJobs } from "../access/github-jobs.node.ts";
import { playPullRequests } from "../access/pull-requests.node.ts";
import { createTarget } from "../conformance/target.node.ts";
import { startDeployment, startFunctionUrl } from "../support/function-url.node.ts";

test("pull requests have corners of their own in a function", async () => {
  const { policy, jobToken } = await githubJobs("Pull requests, each in its own corner");
  await using deployment = await startDeployment();
  const variables = { HAYLOFT_ACCESS: JSON.stringify(policy) };
  await using server = await startFunctionUrl(deployment, variables);
  const target = createTarget({ baseUrl: server.url, protocol: "grpc-web", httpVersion: "1.1" });
  await playPullRequests(target, jobToken, expect);
});
