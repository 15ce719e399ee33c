import { describe, it } from "vitest";
import { ClaimRules } from "../../functions/access/claim-rules.ts";
import { GrantedPrincipal, grantOf } from "../../functions/access/grants.ts";
import { parsePolicy, PolicyError } from "../../functions/access/parse-policy.ts";
import type { GrantSetting, RuleSetting } from "../../functions/access/policy.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import type { Principal } from "../../shared/stores/call.ts";

function mistakesIn(policy: unknown): readonly string[] {
  try {
    parsePolicy(JSON.stringify(policy));
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.mistakes;
    throw error;
  }
}

function rightsOf(principal: Principal, instance: string): string {
  return [...principal.standingIn(parseInstanceName(instance)).rights].toSorted().join(" ");
}

function granted(...grants: readonly GrantSetting[]): GrantedPrincipal {
  return new GrantedPrincipal("somebody", grants.map(grantOf));
}

const READ = "ac-read cas-read find-missing";

describe("a policy", () => {
  const grants = [{ instance: "main", rights: ["read"] }];

  it("may be empty", ({ expect }) => {
    expect(parsePolicy("{}")).toEqual({});
  });

  it.for([
    ["a part that there is not", { token: [] }, /the policy: .*"token"/],
    [
      "a grant without rights",
      { anonymous: { grants: [{ instance: "a", rights: [] }] } },
      /^anonymous\.grants\[0\]\.rights/,
    ],
    [
      "a name that is none",
      { anonymous: { grants: [{ instance: "a/blobs", rights: ["read"] }] } },
      /^anonymous\.grants\[0\]\.instance: is no instance name/,
    ],
    [
      "a star in the middle",
      { anonymous: { grants: [{ instance: "a/**/b/", rights: ["read"] }] } },
      /is no instance name/,
    ],
    [
      "a token in the place of its hash",
      { tokens: [{ subject: "x", sha256: "secret", grants }] },
      /^tokens\[0\]\.sha256/,
    ],
    [
      "an end that is no time",
      { tokens: [{ subject: "x", sha256: "ab".repeat(32), grants, expires: "soon" }] },
      /^tokens\[0\]\.expires/,
    ],
    [
      "a pattern that takes a part twice",
      { certificates: [{ when: { cn: "{a}-{a}" }, grants }] },
      /^certificates\[0\]\.when\.cn/,
    ],
    [
      "an issuer without an audience",
      { jwt: [{ issuer: "https://a.example", rules: [{ when: {}, grants }] }] },
      /^jwt\[0\]\.audience/,
    ],
    [
      "a password in a URL",
      {
        jwt: [
          {
            issuer: "https://a.example",
            audience: "x",
            jwks: { url: "https://me:pass@a.example/keys" },
            rules: [{ when: {}, grants }],
          },
        ],
      },
      /^jwt\[0\]\.jwks/,
    ],
    [
      "the hash of an empty token",
      {
        tokens: [
          {
            subject: "x",
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            grants,
          },
        ],
      },
      /^tokens\[0\]\.sha256/,
    ],
    [
      "a star that would mean nothing",
      { anonymous: { grants: [{ instance: "main/*", rights: ["read"] }] } },
      /^anonymous\.grants\[0\]\.instance/,
    ],
    ["a glob for shared blobs", { sharedBlobs: ["main/**"] }, /^sharedBlobs\[0\]/],
    ["blobs shared by no instance", { sharedBlobs: ["a//b"] }, /^sharedBlobs\[0\]: is no instance/],
    [
      "a rate below zero",
      { anonymous: { grants, allowance: { requestsPerSecond: -1 } } },
      /^anonymous\.allowance\.requestsPerSecond/,
    ],
  ] as const)("with %s is refused by its place", ([, policy, message], { expect }) => {
    expect(mistakesIn(policy).join("\n")).toMatch(message);
  });

  it("never repeats what somebody may have put in the place of a hash", ({ expect }) => {
    const said = mistakesIn({ tokens: [{ subject: "x", sha256: "the-token-itself", grants }] });
    expect(said.join("\n")).not.toContain("the-token-itself");
  });

  it("may be about the instance without a name", ({ expect }) => {
    expect(mistakesIn({ anonymous: { grants: [{ instance: "", rights: ["read"] }] } })).toEqual([]);
  });

  it("does not lose a condition that a schema would pass by", ({ expect }) => {
    const when = '{"cn": "x", "__proto__": "y"}';
    const text = `{"certificates": [{"when": ${when}, "grants": []}]}`;
    expect(() => parsePolicy(text)).toThrow("__proto__ is no name here");
  });

  it("that is no JSON is refused", ({ expect }) => {
    expect(() => parsePolicy("{tokens: []}")).toThrow("it is no JSON");
  });
});

describe("grants", () => {
  it("are for one instance, or for all beneath it", ({ expect }) => {
    const principal = granted(
      { instance: "main", rights: ["ac-read"] },
      { instance: "team/**", rights: ["read"] },
    );
    const rights = ["main", "main/x", "", "team", "team/a/b", "teams", "other"].map((name) =>
      rightsOf(principal, name),
    );
    expect(rights).toEqual(["ac-read", "", "", READ, READ, "", ""]);
  });

  it("add up", ({ expect }) => {
    const principal = granted(
      { instance: "**", rights: ["read"] },
      { instance: "main/**", rights: ["ac-write", "admin"] },
    );
    expect(rightsOf(principal, "main/x")).toBe("ac-read ac-write admin cas-read find-missing");
    expect(rightsOf(principal, "")).toBe(READ);
  });

  it("let nobody inherit from where they may not read", ({ expect }) => {
    const principal = granted(
      { instance: "a/b/c", rights: ["read", "write"] },
      { instance: "a/b", rights: ["ac-read"] },
      { instance: "a", rights: ["read"] },
      { instance: "", rights: ["read"] },
    );
    const { inherits } = principal.standingIn(parseInstanceName("a/b/c"));
    expect(inherits).toEqual([{ instanceName: "a" }]);
  });

  it("let look-ups go on in a few instances above, however deep the name is", ({ expect }) => {
    const principal = granted({ instance: "**", rights: ["read"] });
    const { inherits } = principal.standingIn(parseInstanceName(`${"a/".repeat(300)}a`));
    expect(inherits).toHaveLength(limits.inheritedInstances);
  });

  it("put the blobs of all that share them into the highest place", ({ expect }) => {
    const sharing = ["main", "main/x"].map((name) => parseInstanceName(name));
    const principal = new GrantedPrincipal("x", [], sharing);
    const scopes = ["main/x/y", "main/x", "main", "mainly"].map(
      (name) => principal.standingIn(parseInstanceName(name)).blobScope,
    );
    expect(scopes).toEqual(["main", "main", undefined, undefined]);
  });
});

describe("rules for claims", () => {
  const rule = (when: RuleSetting["when"], instance: string, subject?: string): RuleSetting => ({
    when,
    ...(subject === undefined ? {} : { subject }),
    grants: [{ instance, rights: ["read"] }],
  });
  const principalOf = (rules: readonly RuleSetting[], claims: Record<string, unknown>): Principal =>
    new ClaimRules(rules, []).principalOf(claims, "the fallback");

  it("take parts of claims into names", ({ expect }) => {
    const rules = [
      rule({ ref: "refs/pull/{pr}/merge" }, "main/pr-{pr}", "pull request {pr} of {repository}"),
    ];
    const principal = principalOf(rules, { ref: "refs/pull/17/merge", repository: "acme/app" });
    expect(principal.subject).toBe("pull request 17 of acme/app");
    expect(rightsOf(principal, "main/pr-17")).toBe(READ);
    expect(rightsOf(principal, "main/pr-18")).toBe("");
  });

  it("count in order, and the first that fits alone", ({ expect }) => {
    const rules = [rule({ ref: "main" }, "one"), rule({ ref: "*" }, "two"), rule({}, "three")];
    const instances = (claims: Record<string, unknown>) =>
      ["one", "two", "three"].filter((name) => rightsOf(principalOf(rules, claims), name) !== "");
    expect(instances({ ref: "main" })).toEqual(["one"]);
    expect(instances({ ref: "other" })).toEqual(["two"]);
    expect(instances({})).toEqual(["three"]);
  });

  it("want every pattern to fit, one of several, and lists with one that does", ({ expect }) => {
    const rules = [rule({ groups: ["admins", "builders"], env: "prod" }, "x")];
    expect(() => principalOf(rules, { groups: ["others"], env: "prod" })).toThrow("no rule");
    expect(() => principalOf(rules, { groups: ["builders"] })).toThrow("no rule");
    expect(principalOf(rules, { groups: ["others", "builders"], env: "prod" }).subject).toBe(
      "the fallback",
    );
  });

  it.for([
    ["refs/heads/main", "refs/heads/main", true],
    ["refs/heads/main", "refs/heads/main2", false],
    ["refs/heads/main", "xrefs/heads/main", false],
    ["refs/heads/main", "refs/heads/main\n", false],
    ["a.b+c", "a.b+c", true],
    ["a.b", "aXb", false],
    ["release-*", "release-1.2", true],
    ["release-*", "release-1/2", false],
    ["release-**", "release-1/2", true],
    ["refs/pull/{pr}/merge", "refs/pull/1/2/merge", false],
    ["refs/pull/{pr}/merge", "refs/pull//merge", false],
    ["[a]($)", "[a]($)", true],
  ] as const)("%j on %j: %j", ([pattern, claim, fits], { expect }) => {
    const asked = (): Principal => principalOf([rule({ claim: pattern }, "x")], { claim });
    if (fits) expect(asked().subject).toBe("the fallback");
    else expect(asked).toThrow("no rule of this cache says what it may do");
  });

  it.for(["**", "*", "a/**", "main/../other/", "blobs", "", "x".repeat(2000)])(
    "grant nothing by a claim of %.20s in a name",
    (claim, { expect }) => {
      const principal = principalOf([rule({}, "main/{branch}"), rule({}, "x")], { branch: claim });
      for (const name of ["main", "main/x", "other", ""])
        expect(rightsOf(principal, name)).toBe("");
    },
  );

  it("take no claim with a line break for a name", ({ expect }) => {
    const rules = [rule({ ref: "**" }, "x", "{ref}")];
    expect(() => principalOf(rules, { ref: "main\nhayloft: a line of its own" })).toThrow(
      "no rule",
    );
  });

  it("grant nothing by claims that are missing, or no texts", ({ expect }) => {
    for (const branch of [undefined, null, { toString: () => "x" }, []]) {
      const principal = principalOf([rule({}, "main/{branch}")], { branch });
      expect(rightsOf(principal, "main/x")).toBe("");
    }
  });

  it("do not take what every object has for claims", ({ expect }) => {
    expect(() => principalOf([rule({ constructor: "**" }, "x")], {})).toThrow("no rule");
    expect(rightsOf(principalOf([rule({}, "main/{constructor}")], {}), "main/x")).toBe("");
  });
});
