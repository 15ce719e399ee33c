import { expect, test } from "vitest";
import { githubJobs } from "../access/github-jobs.node.ts";
import { playPullRequests } from "../access/pull-requests.node.ts";
import { createTarget } from "../conformance/target.node.ts";
import { startWorker } from "../support/worker.node.ts";

test("pull requests have corners of their own in a Worker", async () => {
  const { policy, jobToken } = await githubJobs("Pull requests, each in its own corner");
  await using worker = await startWorker({ HAYLOFT_ACCESS: JSON.stringify(policy) });
  const target = createTarget({ baseUrl: worker.url, protocol: "connect", httpVersion: "1.1" });
  await playPullRequests(target, jobToken, expect);
});
