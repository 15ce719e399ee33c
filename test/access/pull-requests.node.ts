import type { ExpectStatic } from "vitest";
import { randomBlob } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { outcome } from "../conformance/outcome.ts";
import type { Target } from "../conformance/target.ts";
import { asHolder, everything, nothing, reading } from "./builds.node.ts";
import type { JobTokens } from "./job-tokens.node.ts";

/** Plays the main branch and two pull requests against a server that has the recipe for them. */
export async function playPullRequests(
  target: Target,
  jobToken: JobTokens,
  expect: ExpectStatic,
): Promise<void> {
  const [trusted, own] = [randomBlob(), randomBlob()];
  const onMain = await jobToken({ ref: "refs/heads/main", event_name: "push" });
  const ofPull = async (number: number) =>
    await jobToken({ ref: `refs/pull/${number}/merge`, event_name: "pull_request" });
  expect(await asHolder(target, onMain, "main", trusted)).toEqual(everything);

  // What main has is there for the pull request, which can change nothing of it.
  const inherited = await asHolder(target, await ofPull(17), "main", trusted);
  expect(inherited).toEqual(reading);
  using pull = target.connect({ authorization: `Bearer ${await ofPull(17)}` });
  const { actions } = clientsOn(pull);
  const actionDigest = trusted.digest;
  const found = await actions.getActionResult({ instanceName: "main/pr-17", actionDigest });
  expect(found.outputFiles).toHaveLength(1);

  // What it writes is its own, and neither main's nor another's.
  expect(await asHolder(target, await ofPull(17), "main/pr-17", own)).toEqual(everything);
  expect(await asHolder(target, await ofPull(18), "main/pr-17", own)).toEqual(nothing);
  for (const [token, instance] of [
    [onMain, "main"],
    [await ofPull(18), "main/pr-18"],
  ] as const) {
    using connection = target.connect({ authorization: `Bearer ${token}` });
    const look = clientsOn(connection).actions.getActionResult({
      instanceName: instance,
      actionDigest: own.digest,
    });
    expect(await outcome(look)).toBe("NotFound");
  }
}
