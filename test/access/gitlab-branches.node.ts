import type { ExpectStatic } from "vitest";
import { randomBlob } from "../conformance/blobs.ts";
import type { Target } from "../conformance/target.ts";
import { type Attempt, asHolder, everything, nothing, reading } from "./builds.node.ts";
import { codeOf, inProject, onBranch, onMergeRequest, onTag } from "./gitlab-jobs.node.ts";
import type { JobTokens } from "./job-tokens.node.ts";

/** Plays main, merge requests and strangers against a server that has the recipe for them. */
export async function playGitlab(
  target: Target,
  jobToken: JobTokens,
  expect: ExpectStatic,
): Promise<void> {
  const trusted = randomBlob();
  const attempt = async (
    claims: Parameters<JobTokens>[0],
    instance: string,
    blob = trusted,
  ): Promise<Attempt> => await asHolder(target, await jobToken(claims), instance, blob);

  for (const pipeline_source of ["push", "schedule", "web"]) {
    const onMain = { ...onBranch("main", true), pipeline_source };
    expect(await attempt(onMain, "main")).toEqual(everything);
  }

  // A merge request reads what main has, and writes beneath the name of its branch, which may hold slashes, or be main itself.
  for (const branch of ["fix-1", "fix/parser", "main"]) {
    const claims = onMergeRequest(branch, branch === "main");
    expect(await attempt(claims, "main")).toEqual(reading);
    expect(await attempt(claims, `main/branch-${branch}`, randomBlob())).toEqual(everything);
    expect(await attempt(claims, `main/branch-${branch}/deeper`)).toEqual(nothing);
    expect(await attempt(claims, "main/branch-other")).toEqual(nothing);
    expect(await attempt(claims, "main/branch-fix")).toEqual(nothing);
  }
  const nameless = onMergeRequest("fix/blobs");
  expect(await attempt(nameless, "main")).toEqual(reading);
  await expect(attempt(nameless, "main/branch-fix/blobs")).rejects.toThrow("reserves");

  const fork = codeOf("mallory", "app", "21");
  for (const claims of [
    onTag("main"),
    onTag("main", true),
    onBranch("main"),
    onBranch("fix-1"),
    { ...onBranch("main", true), pipeline_source: "trigger" },
    { ...onBranch("main", true), ...inProject("mallory", "app", "21") },
    { ...onMergeRequest("main", true), ...inProject("mallory", "app", "21") },
    { ...onMergeRequest("main", true), ...fork },
    { ...onMergeRequest("fix-1"), ...fork },
    { ...onBranch("main", true), ...inProject("acme", "other", "22") },
    { ...onMergeRequest("fix-1"), ...inProject("acme", "other", "22") },
  ]) {
    await expect(attempt(claims, "main")).rejects.toThrow("no rule of this cache");
  }
}
