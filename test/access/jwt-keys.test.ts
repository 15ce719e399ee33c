import { describe, expect, test } from "vitest";
import { JwtIssuers } from "../../functions/access/jwt-issuers.ts";
import { limits } from "../../shared/limits.ts";
import { ManualClock } from "../support/clock.ts";
import { KeyServer } from "./key-server.ts";
import { outcomeOf } from "./outcome.ts";
import { AUDIENCE, JOB, TokenIssuer } from "./token-issuer.ts";

const KEYS_URL = "https://issuer.example/keys";

async function setUp({ isDiscovered = false } = {}) {
  const clock = new ManualClock();
  const issuer = new TokenIssuer(clock);
  await issuer.publishKey("one");
  const server = new KeyServer(() => new Response(issuer.jwks));
  const troubles: string[] = [];
  const report = (error: unknown): void => void troubles.push(String(error));
  const usual = {
    issuer: issuer.name,
    audience: AUDIENCE,
    rules: [{ when: {}, grants: [] }],
  };
  const jwt = isDiscovered ? usual : { ...usual, jwks: { url: KEYS_URL } };
  const issuers = new JwtIssuers([jwt], [], { clock, fetch: server.fetch, report });
  /** Shows a new token that this key has signed, and says who it was taken for, or why it was refused. */
  const show = async (kid = "one"): Promise<string> => {
    const token = await issuer.token(kid);
    return await outcomeOf(issuers.identify(token));
  };
  return { clock, issuer, issuers, server, show, troubles };
}

describe("keys from a URL", () => {
  test("are fetched once, for a thousand requests at once", async () => {
    const { issuer, issuers, server } = await setUp();
    const token = await issuer.token("one");
    const shown = Array.from({ length: 1000 }, () => issuers.identify(token));
    const outcomes = new Set(await Promise.all(shown.map(outcomeOf)));
    expect([...outcomes]).toEqual([JOB]);
    expect(server.asked).toEqual([KEYS_URL]);
  });

  test("are one fetch for two settings that name them", async () => {
    const { clock, issuer, server } = await setUp();
    const setting = { issuer: issuer.name, audience: AUDIENCE, jwks: { url: KEYS_URL } };
    const rulesOf = (repository: string) => [{ when: { repository }, grants: [] }];
    const settings = [
      { ...setting, rules: rulesOf("acme/one") },
      { ...setting, rules: rulesOf("acme/two") },
    ];
    const issuers = new JwtIssuers(settings, [], { clock, fetch: server.fetch });
    const token = await issuer.token("one", { repository: "acme/two" });
    expect(await outcomeOf(issuers.identify(token))).toBe(JOB);
    expect(server.asked).toHaveLength(1);
  });

  test("are fetched again when they are old: by one request, while all others go on with the old ones", async () => {
    const { clock, issuer, issuers, server, show } = await setUp();
    await show();
    clock.advance(limits.keysFreshMs - 1);
    expect(await show()).toBe(JOB);
    expect(server.asked).toHaveLength(1);
    clock.advance(1);
    const answer = server.hang();
    const token = await issuer.token("one");
    const first = outcomeOf(issuers.identify(token));
    for (let other = 0; other < 100; other++) expect(await show()).toBe(JOB);
    expect(server.asked).toHaveLength(2);
    answer(new Response(issuer.jwks));
    expect(await first).toBe(JOB);
    expect(server.asked).toHaveLength(2);
  });

  test("are fetched by another request if the one that began has not ended in time", async () => {
    const { clock, issuer, issuers, server, show } = await setUp();
    server.hang();
    const token = await issuer.token("one");
    void issuers.identify(token);
    const waiting = show();
    clock.advance(limits.keysLoadMs + limits.keysRetryMs);
    server.answerWith(() => new Response(issuer.jwks));
    expect(await waiting).toBe(JOB);
    expect(server.asked).toHaveLength(2);
  });

  test("rotate: a new one counts as soon as a token names it, beside the old one until that is removed", async () => {
    const { clock, issuer, server, show } = await setUp();
    await show();
    clock.advance(limits.keysCoolDownMs);
    await issuer.publishKey("two");
    expect(await show("two")).toBe(JOB);
    expect(await show("one")).toBe(JOB);
    expect(server.asked).toHaveLength(2);
    issuer.published.shift();
    clock.advance(limits.keysFreshMs);
    expect(await show("two")).toBe(JOB);
    expect(await show("one")).toBe(
      'unauthenticated: the token is not signed by the key "one" that https://issuer.example has for ES256',
    );
  });

  test("are looked at again for an unknown key once per cool-down, however many requests name one", async () => {
    const { clock, issuer, issuers, server, show } = await setUp();
    await show();
    await issuer.makeKey("unknown");
    const token = await issuer.token("unknown");
    const showOften = async (): Promise<readonly string[]> => {
      const shown = Array.from({ length: 1000 }, () => outcomeOf(issuers.identify(token)));
      const outcomes = await Promise.all(shown);
      return [...new Set(outcomes.map((outcome) => outcome.split(":")[0] ?? ""))].toSorted();
    };
    expect(await showOften()).toEqual(["unauthenticated"]);
    expect(server.asked).toHaveLength(1);
    clock.advance(limits.keysCoolDownMs);
    // Those that come while one looks cannot know yet, and are not to give up.
    expect(await showOften()).toEqual(["unauthenticated", "unavailable"]);
    expect(await showOften()).toEqual(["unauthenticated"]);
    expect(server.asked).toHaveLength(2);
  });

  test("are good for a day while their server is down, and are not asked for all the time", async () => {
    const { clock, server, show, troubles } = await setUp();
    await show();
    server.breakDown();
    const dayMs = limits.keysStaleMs - 1;
    clock.advance(dayMs);
    expect(await show()).toBe(JOB);
    expect(await show()).toBe(JOB);
    expect(server.asked).toHaveLength(2);
    expect(troubles).toHaveLength(1);
    clock.advance(1);
    expect(await show()).toMatch(
      /^unavailable: the keys of https:\/\/issuer\.example cannot be had/,
    );
  });

  test("of a server that is down at first are UNAVAILABLE, and asked for less and less often", async () => {
    const { clock, issuer, server, show, troubles } = await setUp();
    server.breakDown();
    for (let seconds = 0; seconds < 600; seconds++) {
      expect(await show()).toMatch(/^unavailable/);
      clock.advance(1000);
    }
    // After 1, 2, 4 and so on to 64 seconds, then each minute.
    expect(server.asked).toHaveLength(15);
    expect(troubles[0]).toContain(`cannot be had from ${KEYS_URL}: fetch failed`);
    server.answerWith(() => new Response(issuer.jwks));
    clock.advance(limits.keysRetryMaxMs);
    expect(await show()).toBe(JOB);
  });

  test("are UNAVAILABLE for an unknown key while their server is down: it may be a new one", async () => {
    const { clock, issuer, server, show } = await setUp();
    await show();
    await issuer.publishKey("two");
    server.breakDown();
    clock.advance(limits.keysCoolDownMs);
    expect(await show("two")).toMatch(/^unavailable/);
    expect(await show("two")).toMatch(/^unavailable/);
    expect(await show("one")).toBe(JOB);
    expect(server.asked).toHaveLength(2);
  });

  test.for([
    ["too large", () => new Response(`{"keys":[]}${" ".repeat(limits.keySetBytes)}`), "more than"],
    ["elsewhere", () => new Response("", { status: 302 }), "answers 302, which is not 200"],
    ["an error page", () => new Response("<html>"), 'it is no JSON with a list of up to 64 "keys"'],
    [
      "without keys",
      () => Response.json({ keys: [] }),
      "no key that can be used: the list is empty",
    ],
    ["all unknown", () => Response.json({ keys: [{ kty: "AKP" }, 1] }), "keys[1] is malformed"],
    ["too many", () => Response.json({ keys: "x".repeat(65).split("") }), "a list of up to 64"],
  ] as const)("are not taken where the answer is %s", async ([, answer, reason]) => {
    const { server, show, troubles } = await setUp();
    server.answerWith(answer);
    expect(await show()).toMatch(/^unavailable/);
    expect(troubles[0]).toContain(reason);
  });

  test("are those that are known here, whatever others are beside them", async () => {
    const { issuer, show } = await setUp();
    issuer.published.unshift(
      { kty: "AKP", kid: "one", alg: "ML-DSA-44" },
      { kty: "EC", kid: "one" },
    );
    expect(await show()).toBe(JOB);
  });
});

describe("keys from where the discovery document says", () => {
  const DOCUMENT_URL = "https://issuer.example/.well-known/openid-configuration";
  const discovered = (issuer: TokenIssuer, document: object) => (url: string) =>
    url === DOCUMENT_URL
      ? Response.json({ issuer: issuer.name, jwks_uri: KEYS_URL, ...document })
      : new Response(issuer.jwks);

  test("are found", async () => {
    const { issuer, server, show } = await setUp({ isDiscovered: true });
    server.answerWith(discovered(issuer, {}));
    expect(await show()).toBe(JOB);
    expect(server.asked).toEqual([DOCUMENT_URL, KEYS_URL]);
  });

  test.for([
    [{ issuer: "https://other.example" }, "about another issuer"],
    [{ jwks_uri: "http://issuer.example/keys" }, "keys that are not at https"],
    [{ jwks_uri: 1 }, "jwks_uri"],
  ] as const)("are not taken where it says %o", async ([document, reason]) => {
    const { issuer, server, show, troubles } = await setUp({ isDiscovered: true });
    server.answerWith(discovered(issuer, document));
    expect(await show()).toMatch(/^unavailable/);
    expect(troubles[0]).toContain(reason);
    expect(server.asked).toHaveLength(1);
  });
});

describe("keys from a file", () => {
  test("are read again after a while; a broken file leaves the last good ones", async () => {
    const clock = new ManualClock();
    const issuer = new TokenIssuer(clock);
    await issuer.publishKey("one");
    let file = issuer.jwks;
    const troubles: string[] = [];
    const setting = {
      issuer: issuer.name,
      audience: AUDIENCE,
      jwks: { file: "keys.json" },
      rules: [{ when: {}, grants: [] }],
    };
    const issuers = new JwtIssuers([setting], [], {
      clock,
      readFile: async () => file,
      report: (error) => void troubles.push(String(error)),
    });
    const show = async (kid: string): Promise<string> => {
      const token = await issuer.token(kid);
      return await outcomeOf(issuers.identify(token));
    };
    expect(await show("one")).toBe(JOB);
    file = file.slice(1);
    clock.advance(365 * limits.keysStaleMs);
    expect(await show("one")).toBe(JOB);
    expect(troubles[0]).toContain("cannot be had from keys.json");
    issuer.published = [];
    await issuer.publishKey("two");
    file = issuer.jwks;
    clock.advance(limits.keysFileFreshMs);
    expect(await show("two")).toBe(JOB);
    expect(await show("one")).toMatch(/^unauthenticated/);
    issuer.published = [await issuer.makeKey("three")];
    file = issuer.jwks;
    clock.advance(limits.keysFileFreshMs);
    expect(await show("two")).toMatch(/^unauthenticated/);
  });
});
