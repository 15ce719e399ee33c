import { describe, it } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import { randomBlob } from "../conformance/blobs.ts";
import { createTarget } from "../conformance/target.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { asHolder, everything, reading } from "./builds.node.ts";
import { githubJobs } from "./github-jobs.node.ts";
import { playGitlab } from "./gitlab-branches.node.ts";
import { gitlabJobs } from "./gitlab-jobs.node.ts";
import { playPullRequests } from "./pull-requests.node.ts";
import { recipe } from "./recipes.node.ts";

async function serverWith(policy: Policy): Promise<Hayloft> {
  return await startHayloft({
    args: ["--store", "memory"],
    env: { HAYLOFT_ACCESS: JSON.stringify(policy) },
  });
}

describe("the recipe", () => {
  it("CI reads and writes, developers read", async ({ expect }) => {
    const { policy, tokens } = recipe("CI reads and writes, developers read");
    await using server = await serverWith(policy);
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    const blob = randomBlob();
    expect(await asHolder(target, tokens["ci"], "", blob)).toEqual(everything);
    expect(await asHolder(target, tokens["developers"], "", blob)).toEqual(reading);
  });

  it("Two kinds of clients", async ({ expect }) => {
    const { policy, tokens } = recipe("Two kinds of clients");
    await using server = await serverWith(policy);
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    const blob = randomBlob();
    expect(await asHolder(target, tokens["workers"], "pool", blob)).toEqual(everything);
    expect(await asHolder(target, tokens["builds"], "pool", blob)).toEqual({
      ...everything,
      store: "PermissionDenied",
      mayStore: false,
    });
  });

  it("GitHub Actions, without any secret", async ({ expect }) => {
    const { policy, jobToken } = await githubJobs("GitHub Actions, without any secret");
    await using server = await serverWith(policy);
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    const blob = randomBlob();
    const onMain = await jobToken({ ref: "refs/heads/main", event_name: "push" });
    expect(await asHolder(target, onMain, "main", blob)).toEqual(everything);
    for (const claims of [
      { ref: "refs/heads/other", event_name: "push" },
      { ref: "refs/heads/main", event_name: "pull_request_target" },
      { ref: "refs/pull/17/merge", event_name: "pull_request" },
    ]) {
      expect(await asHolder(target, await jobToken(claims), "main", blob)).toEqual(reading);
    }
    const stranger = await jobToken({ repository: "mallory/app", ref: "refs/heads/main" });
    await expect(asHolder(target, stranger, "main", blob)).rejects.toThrow("no rule of this cache");
  });

  it("Pull requests, each in its own corner", async ({ expect }) => {
    const { policy, jobToken } = await githubJobs("Pull requests, each in its own corner");
    await using server = await serverWith(policy);
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    await playPullRequests(target, jobToken, expect);
  });

  it("GitLab, each branch in its own corner", async ({ expect }) => {
    const { policy, jobToken } = await gitlabJobs("GitLab, each branch in its own corner");
    await using server = await serverWith(policy);
    const target = createTarget({ baseUrl: server.url, protocol: "grpc" });
    await playGitlab(target, jobToken, expect);
  });
});
