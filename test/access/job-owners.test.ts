import { describe, expect, test } from "vitest";
import { gateOf } from "../../functions/access/gate.ts";
import { parsePolicy, PolicyError } from "../../functions/access/parse-policy.ts";
import type { RuleSetting } from "../../functions/access/policy.ts";
import { ManualClock } from "../support/clock.ts";
import { KeyServer } from "./key-server.ts";
import { AUDIENCE } from "./token-issuer.ts";

type When = RuleSetting["when"];

const github = { preset: "github-actions" };
const gitlab = { preset: "gitlab" };

/** Opens a gate whose issuer has a rule for each of these. */
function open(issuer: Readonly<Record<string, string>>, ...whens: readonly When[]): void {
  const grants = [{ instance: "main/**", rights: ["write"] }];
  const rules = whens.map((when) => ({ when, grants }));
  const policy = parsePolicy(JSON.stringify({ jwt: [{ ...issuer, audience: AUDIENCE, rules }] }));
  const { fetch } = new KeyServer(() => new Response());
  gateOf(policy, { clock: new ManualClock(), fetch, remedy: "" });
}

const strangersOf: readonly (readonly [service: typeof github, when: When])[] = [
  [github, {}],
  [github, { ref: "refs/heads/main", event_name: "push" }],
  [github, { repository: "*" }],
  [github, { repository: "**" }],
  [github, { repository: "{name}" }],
  [github, { repository: "*/app" }],
  [github, { repository: "{owner}/app" }],
  [github, { repository: "acme*/app" }],
  [github, { repository: "acme**" }],
  [github, { repository: "/app" }],
  [github, { repository: ["acme/app", "*/app"] }],
  [github, { repository_owner: "acme{rest}" }],
  [github, { repository_id: "1*" }],
  [github, { sub: "**" }],
  [github, { sub: "repo:*/app:ref:refs/heads/main" }],
  [github, { sub: "repo:{repository}" }],
  [github, { sub: "*:acme/app" }],
  [github, { sub: "ref:refs/heads/main" }],
  [github, { sub: "repository_visibility:public" }],
  [github, { sub: "acme/app" }],
  [github, { job_workflow_ref: "acme/ci/.github/workflows/build.yml@refs/heads/main" }],
  [github, { project_path: "acme/app" }],
  [gitlab, { ref_path: "refs/heads/main", ref_protected: "true" }],
  [gitlab, { project_path: "**/app" }],
  [gitlab, { namespace_path: "**" }],
  [gitlab, { job_project_path: "acme/app" }],
  [gitlab, { sub: "project_path:**:ref_type:branch:ref:main" }],
  [gitlab, { repository: "acme/app" }],
];

const ownersOf: typeof strangersOf = [
  [github, { repository: "acme/app" }],
  [github, { repository: "acme/{name}" }],
  [github, { repository: ["acme/*", "friends/app"] }],
  [github, { repository: "*", repository_owner: "acme" }],
  [github, { repository_id: "74" }],
  [github, { repository_owner_id: "65" }],
  [github, { sub: "repo:acme/app:ref:refs/heads/{branch}" }],
  [github, { sub: "repo:acme@65/*:pull_request" }],
  [github, { sub: "repository_owner:acme:**" }],
  [gitlab, { project_path: "acme/tools/app" }],
  [gitlab, { project_path: "acme/**" }],
  [gitlab, { project_id: "20" }],
  [gitlab, { namespace_path: ["acme", "acme/**"] }],
  [gitlab, { namespace_id: "72" }],
  [gitlab, { sub: "project_path:acme/app:ref_type:branch:ref:main" }],
];

describe("a rule for a CI's jobs", () => {
  test.for(strangersOf)("of %o is refused with %o, which strangers fit", ([service, when]) => {
    expect(() => open(service, when)).toThrow(/^jwt\[0\]\.rules\[0\]\.when: jobs of strangers at/);
  });

  test.for(ownersOf)("of %o is taken with %o", ([service, when]) => {
    expect(() => open(service, when)).not.toThrow();
  });

  test("is told with its place and the remedy, as are all others like it", () => {
    const whens = [{ ref: "a" }, { repository: "acme/app" }, { ref: "b" }];
    const fits =
      "jobs of strangers at https://token.actions.githubusercontent.com fit this, too; say whose are meant by one of " +
      "repository, repository_id, repository_owner, repository_owner_id, sub, with no pattern in the place of the owner";
    expect(() => open(github, ...whens)).toThrow(
      new PolicyError([`jwt[0].rules[0].when: ${fits}`, `jwt[0].rules[2].when: ${fits}`]),
    );
  });

  test("is held to the same where the address is told instead of the preset, or a server of one's own", () => {
    const when = { ref_path: "refs/heads/main" };
    expect(() => open({ issuer: "https://gitlab.com" }, when)).toThrow("at https://gitlab.com fit");
    const own = { ...gitlab, issuer: "https://gitlab.example" };
    expect(() => open(own, when)).toThrow("jobs of strangers at https://gitlab.example fit this");
    expect(() => open({ issuer: "https://login.example" }, when)).not.toThrow();
  });
});
