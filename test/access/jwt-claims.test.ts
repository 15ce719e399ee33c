import { describe, expect, test } from "vitest";
import { JwtIssuers } from "../../functions/access/jwt-issuers.ts";
import type { IssuerSetting } from "../../functions/access/policy.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import { ManualClock } from "../support/clock.ts";
import { KeyServer } from "./key-server.ts";
import { outcomeOf } from "./outcome.ts";
import { AUDIENCE, JOB, TokenIssuer } from "./token-issuer.ts";

const everybody = [{ when: {}, grants: [] }];

async function setUp(settings: readonly Partial<IssuerSetting>[] = [{}]) {
  const clock = new ManualClock();
  const issuer = new TokenIssuer(clock);
  await issuer.publishKey("one");
  const jwks = { keys: issuer.published };
  const usual = { issuer: issuer.name, audience: AUDIENCE, jwks, rules: everybody };
  const all = settings.map((setting) => ({ ...usual, ...setting }));
  const issuers = new JwtIssuers(all, [], { clock });
  const show = async (claims: Readonly<Record<string, unknown>>): Promise<string> => {
    const token = await issuer.token("one", claims);
    return await outcomeOf(issuers.identify(token));
  };
  return { clock, issuer, issuers, show, seconds: clock.now() / 1000 };
}

describe("a token", () => {
  test.for([
    [
      "has expired",
      { exp: -31 },
      "the token has expired at 2025-12-31T23:59:29.000Z; get a new one",
    ],
    ["is not good yet", { nbf: 31 }, "the token is not good before 2026-01-01T00:00:31.000Z"],
    [
      "was issued in the future",
      { iat: 31 },
      "the token was issued at 2026-01-01T00:00:31.000Z, and here it is 2026-01-01T00:00:00.000Z: correct the clock that is wrong",
    ],
    [
      "expired before all times",
      { exp: -1e300 },
      "the token has expired at second -1e+300; get a new one",
    ],
  ] as const)("that %s is refused with the time", async ([, times, reason]) => {
    const { seconds, show } = await setUp();
    const claims: Record<string, number> = {};
    for (const [claim, offset] of Object.entries(times)) claims[claim] = seconds + offset;
    expect(await show(claims)).toBe(`unauthenticated: ${reason}`);
  });

  test("may be off by a little, as clocks are", async () => {
    const { seconds, show } = await setUp();
    expect(await show({ exp: seconds - 29 })).toBe(JOB);
    expect(await show({ nbf: seconds + 30, iat: seconds + 30 })).toBe(JOB);
  });

  test.for([
    [{ exp: undefined }, `the token's "exp" is missing`],
    [{ exp: "tomorrow" }, `the token's "exp" is wrong`],
    [{ nbf: "yesterday" }, `the token's "nbf" is wrong`],
    [{ aud: undefined }, 'the token is for (aud) ""; ask its issuer for one for hayloft'],
    [{ aud: ["a", "b"] }, 'the token is for (aud) "a, b"; ask its issuer for one for hayloft'],
    [{ iss: undefined }, "the token is issued (iss) by nobody, whom this cache does not know"],
    [
      { iss: "https://issuer.example/" },
      'the token is issued (iss) by "https://issuer.example/", whom this cache does not know',
    ],
  ] as const)("that says %o is refused with the reason", async ([claims, reason]) => {
    const { show } = await setUp();
    expect(await show(claims)).toBe(`unauthenticated: ${reason}`);
  });

  test("may be for others, too", async () => {
    const { show } = await setUp();
    expect(await show({ aud: ["other", AUDIENCE] })).toBe(JOB);
  });

  test("without a subject is its issuer's", async () => {
    const { show } = await setUp();
    expect(await show({ sub: undefined })).toBe("issuer.example");
    expect(await show({ sub: { name: "a job" } })).toBe("issuer.example");
  });

  test("is looked at again after a while, or when it expires, if that is sooner", async () => {
    const { clock, issuer, issuers, seconds } = await setUp();
    const until = async (exp: number): Promise<number | undefined> =>
      (await issuers.identify(await issuer.token("one", { exp })))?.untilMs;
    expect(await until(seconds + 86_400)).toBe(clock.now() + limits.tokenTrustMs);
    expect(await until(seconds + 60)).toBe(clock.now() + 60_000);
  });

  test("that is no JWT is none of ours", async () => {
    const { issuer, issuers } = await setUp();
    const jwt = new TextDecoder().decode(await issuer.token("one"));
    for (const text of ["", "secret", "a.b.c", "..", "e30.e30.", `${jwt}.`, jwt.slice(1)]) {
      expect(issuers.identify(new TextEncoder().encode(text))).toBeUndefined();
    }
    const none = new JwtIssuers([], [], { clock: new ManualClock() });
    expect(none.identify(new TextEncoder().encode(jwt))).toBeUndefined();
  });

  test("of one issuer is not another's, though their keys have one name", async () => {
    const { clock, issuer, issuers } = await setUp();
    const other = new TokenIssuer(clock);
    await other.makeKey("one");
    const foreign = await other.token("one");
    expect(await outcomeOf(issuers.identify(foreign))).toMatch(/^unauthenticated: .*not signed by/);
    const settings = [issuer, other].map(({ published }, index) => ({
      issuer: index === 0 ? issuer.name : "https://other.example",
      audience: AUDIENCE,
      jwks: { keys: published },
      rules: everybody,
    }));
    await other.publishKey("one");
    const both = new JwtIssuers(settings, [], { clock });
    const claimed = await other.token("one", { iss: issuer.name });
    expect(await outcomeOf(both.identify(claimed))).toMatch(/^unauthenticated/);
    const honest = await other.token("one", { iss: "https://other.example" });
    expect(await outcomeOf(both.identify(honest))).toBe("a job at other.example");
  });
});

describe("several settings of one issuer", () => {
  test("are chosen by audience, then by whose rules fit", async () => {
    const named = (subject: string, team: string) => [{ when: { team }, subject, grants: [] }];
    const { show } = await setUp([
      { audience: "a", rules: named("a by core", "core") },
      { audience: ["b", "c"], rules: named("b by core", "core") },
      { audience: "b", rules: named("b by apps", "apps") },
    ]);
    expect(await show({ aud: "a", team: "core" })).toBe("a by core");
    expect(await show({ aud: "c", team: "core" })).toBe("b by core");
    expect(await show({ aud: "b", team: "apps" })).toBe("b by apps");
    expect(await show({ aud: "a", team: "apps" })).toMatch(
      /^permission-denied: a job at issuer.example is known/,
    );
    expect(await show({ aud: "d" })).toMatch(/one for a or b or c or b$/);
  });

  test("tell of rights rather than of a key that only one of them has", async () => {
    const clock = new ManualClock();
    const stranger = await new TokenIssuer(clock).publishKey("two");
    const none = [{ when: { team: "core" }, grants: [] }];
    const { show } = await setUp([{ jwks: { keys: [stranger] } }, { rules: none }]);
    expect(await show({})).toMatch(/^permission-denied/);
  });

  test("tell of keys that cannot be had rather than that another's do not fit, or of rights", async () => {
    const { clock, issuer } = await setUp();
    const stranger = await new TokenIssuer(clock).publishKey("two");
    const server = new KeyServer(() => new Response("", { status: 500 }));
    const usual = { issuer: issuer.name, audience: AUDIENCE, rules: everybody };
    const settings = [
      { ...usual, jwks: { keys: [stranger] } },
      {
        ...usual,
        jwks: { keys: issuer.published },
        rules: [{ when: { team: "core" }, grants: [] }],
      },
      usual,
    ];
    const issuers = new JwtIssuers(settings, [], { clock, fetch: server.fetch });
    const token = await issuer.token("one");
    expect(await outcomeOf(issuers.identify(token))).toMatch(/^unavailable/);
  });
});

describe("a CI's jobs", () => {
  const actions = {
    iss: "https://token.actions.githubusercontent.com",
    sub: "repo:acme/app:pull_request",
    repository: "acme/app",
    repository_owner: "acme",
    ref: "refs/pull/17/merge",
    base_ref: "main",
    event_name: "pull_request",
  };
  const repository = "acme/app";
  const pullRequests: IssuerSetting = {
    preset: "github-actions",
    audience: AUDIENCE,
    rules: [
      {
        when: { repository, ref: "refs/pull/{pr}/merge" },
        grants: [
          { instance: "main/pr-{pr}", rights: ["read", "write"] },
          { instance: "main", rights: ["read"] },
        ],
      },
      {
        when: { repository, ref: "refs/heads/main" },
        grants: [{ instance: "main", rights: ["read", "write"] }],
      },
    ],
  };

  async function ciWith(setting: IssuerSetting) {
    const clock = new ManualClock();
    const issuer = new TokenIssuer(clock);
    await issuer.publishKey("ci", "RS256");
    const server = new KeyServer(() => new Response(issuer.jwks));
    const issuers = new JwtIssuers([setting], [], { clock, fetch: server.fetch });
    return { issuer, issuers, server };
  }

  test("of GitHub write only into the instance of their pull request", async () => {
    const { issuer, issuers, server } = await ciWith(pullRequests);
    const job = await issuers.identify(await issuer.token("ci", actions));
    const rightsIn = (instance: string): readonly string[] =>
      [...(job?.principal.standingIn(parseInstanceName(instance)).rights ?? [])].toSorted();
    expect(job?.principal.subject).toBe(`${actions.sub} at token.actions.githubusercontent.com`);
    const readWrite = ["ac-read", "ac-write", "cas-read", "cas-write", "find-missing"];
    expect(rightsIn("main/pr-17")).toEqual(readWrite);
    expect(rightsIn("main")).toEqual(["ac-read", "cas-read", "find-missing"]);
    for (const other of ["main/pr-1", "main/pr-17/deep", "other", ""]) {
      expect(rightsIn(other)).toEqual([]);
    }
    expect(job?.principal.standingIn(parseInstanceName("main/pr-17")).inherits).toMatchObject([
      { instanceName: "main" },
    ]);
    expect(server.asked).toEqual([`${actions.iss}/.well-known/jwks`]);
  });

  test.for([
    { repository: "evil/app" },
    { repository: "acme/app/evil" },
    { ref: "refs/heads/main/../pull/17/merge" },
    { ref: "refs/pull/17/merge/refs/heads/main" },
    { ref: undefined },
  ])("of GitHub may do nothing with %o", async (claims) => {
    const { issuer, issuers } = await ciWith(pullRequests);
    const token = await issuer.token("ci", { ...actions, ...claims });
    expect(await outcomeOf(issuers.identify(token))).toMatch(/^permission-denied/);
  });

  const acme = [{ when: { project_path: "acme/app" }, grants: [] }];
  const project_path = "acme/app";

  test("of a GitLab of one's own are known by its address", async () => {
    const iss = "https://gitlab.example";
    const setting: IssuerSetting = {
      preset: "gitlab",
      issuer: iss,
      audience: AUDIENCE,
      rules: acme,
    };
    const { issuer, issuers, server } = await ciWith(setting);
    const sub = "project_path:acme/app:ref_type:branch:ref:main";
    const token = await issuer.token("ci", { iss, sub, project_path });
    expect(await outcomeOf(issuers.identify(token))).toBe(`${sub} at gitlab.example`);
    expect(server.asked).toEqual(["https://gitlab.example/oauth/discovery/keys"]);
  });

  test("of gitlab.com need nothing but an audience and a project", async () => {
    const { issuer, issuers, server } = await ciWith({
      preset: "gitlab",
      audience: AUDIENCE,
      rules: acme,
    });
    const token = await issuer.token("ci", { iss: "https://gitlab.com", project_path });
    expect(await outcomeOf(issuers.identify(token))).toBe("a job at gitlab.com");
    expect(server.asked).toEqual(["https://gitlab.com/oauth/discovery/keys"]);
  });
});

describe("a setting is refused", () => {
  const url = "https://issuer.example/keys";
  const issuer = "https://issuer.example";

  test.for([
    ["without an issuer", {}, /^jwt\[0\]: give it an issuer, or a preset$/],
    [
      "with keys from anywhere",
      { issuer, jwks: { url: "http://a.example/k" } },
      /use https, or a loopback/,
    ],
    [
      "with an issuer from anywhere",
      { issuer: "http://issuer.example" },
      /use https, or a loopback/,
    ],
    [
      "with secrets from a URL",
      { issuer, jwks: { url }, algorithms: ["HS256"] },
      /^jwt\[0\]\.algorithms: HS256 needs/,
    ],
    ["with discovered secrets", { issuer, algorithms: ["RS256", "HS512"] }, /HS512 needs a secret/],
    [
      "with a preset's secrets",
      { preset: "gitlab", algorithms: ["HS384"] },
      /HS384 needs a secret/,
    ],
    ["where nothing can be fetched", { issuer }, /nothing can be fetched here; give keys/],
    ["where there are no files", { issuer, jwks: { file: "keys" } }, /there are no files here/],
  ] as const)("%s", ([, setting, mistake]) => {
    const settings = [{ ...setting, audience: AUDIENCE, rules: everybody }];
    expect(() => new JwtIssuers(settings, [], { clock: new ManualClock() })).toThrow(mistake);
  });

  test.for([
    "http://localhost:1",
    "http://127.0.0.2",
    "http://[::1]:8080/",
    "https://issuer.example",
  ])("but not with %s", (safe) => {
    const settings = [{ issuer: safe, audience: AUDIENCE, rules: everybody }];
    const { fetch } = new KeyServer(() => new Response());
    expect(() => new JwtIssuers(settings, [], { clock: new ManualClock(), fetch })).not.toThrow();
  });
});
