import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHayloft } from "../run-hayloft.node.ts";
import { GithubEndpoint } from "./github-endpoint.node.ts";
import { Home } from "./home.node.ts";
import { askedAgainAt, unsignedToken } from "./unsigned-token.node.ts";

const cache = "https://cache.example.com";
const uri = `${cache}/cas/`;
const nothing = { headers: {} };
const shows = (token: string): object => ({ headers: { Authorization: [`Bearer ${token}`] } });

let home: Home;
beforeAll(async () => void (home = await Home.make()));
afterAll(async () => await home[Symbol.asyncDispose]());

describe("what the environment gives the credential helper", () => {
  test("nothing: Bazel goes on without a header", async () => {
    expect(await home.headersFor(uri)).toEqual(nothing);
  });

  test("a token, for the cache that HAYLOFT_URL names and no other", async () => {
    const env = { HAYLOFT_TOKEN: "opaque", HAYLOFT_URL: "grpcs://cache.example.com/team/a" };
    expect(await home.headersFor(uri, env)).toEqual(shows("opaque"));
    expect(await home.headersFor("https://cache.example.com:444/", env)).toEqual(nothing);
    expect(await home.headersFor("https://example.com/", env)).toEqual(nothing);
    expect(await home.headersFor("https://cache.example.com.evil.example/", env)).toEqual(nothing);
  });

  test("a token that says nothing of its cache is an error: Bazel may ask for every host", async () => {
    for (const variable of ["HAYLOFT_TOKEN", "HAYLOFT_ID_TOKEN"]) {
      const { code, stderr } = await home.helper(JSON.stringify({ uri }), { [variable]: "opaque" });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^hayloft: HAYLOFT_\w+ does not say .* set HAYLOFT_URL/);
      expect(stderr).toContain(variable);
    }
  });

  test("with a HAYLOFT_URL that is none, no host is given a token", async () => {
    const env = { HAYLOFT_TOKEN: "opaque", HAYLOFT_URL: "cache.example.com" };
    const { code, stderr } = await home.helper(JSON.stringify({ uri }), env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/HAYLOFT_URL is no address of a cache: give it as https:/);
  });

  test("GitLab's ID token, for the cache that it names as its audience", async () => {
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const expires = askedAgainAt(exp);
    for (const aud of [cache, ["https://vault.example.com", cache]]) {
      const token = unsignedToken({ aud, exp });
      const env = { HAYLOFT_ID_TOKEN: token, HAYLOFT_TOKEN: "comes later" };
      expect(await home.headersFor(uri, env)).toEqual({ expires, ...shows(token) });
      expect(await home.headersFor("https://github.com/a.tar.gz", env)).toEqual(nothing);
    }
  });

  test("GitHub's token comes before both", async () => {
    await using github = await GithubEndpoint.start(() => "of-github");
    const env = { ...github.variables, HAYLOFT_ID_TOKEN: "a", HAYLOFT_TOKEN: "b" };
    expect(await home.headersFor(uri, env)).toEqual(shows("of-github"));
  });

  test("a token that has ended is an error that says when", async () => {
    const token = unsignedToken({ aud: cache, exp: 1_700_000_000 });
    const { code, stderr } = await home.helper(JSON.stringify({ uri }), {
      HAYLOFT_ID_TOKEN: token,
    });
    expect(code).toBe(2);
    expect(stderr).toContain("from HAYLOFT_ID_TOKEN has ended at 2023-11-14T22:13:20Z");
    expect(stderr).not.toContain(token);
  });
});

describe("the protocol", () => {
  test("more members of the question than there are today do no harm", async () => {
    const { stdout } = await home.helper(JSON.stringify({ uri, since: { tomorrow: true } }));
    expect(JSON.parse(stdout)).toEqual(nothing);
  });

  test.for([
    ["nothing", ""],
    ["no JSON", "uri=https://cache.example.com"],
    ["no URI", '{"url":"https://cache.example.com"}'],
    ["a URI of another kind", '{"uri":"file:///etc/passwd"}'],
    ["a URI that is none", '{"uri":"https://"}'],
    ["a question without end", `{"uri":"${uri}","more":"${"x".repeat(1_000_000)}"}`],
  ] as const)("%s on standard input is an error", async ([, input]) => {
    const { code, stdout, stderr } = await home.helper(input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^hayloft: standard input has to hold [^\n]*\n$/);
  });

  test("without a command, or with another, it fails and says how to use it", async () => {
    const { code, stderr } = await runHayloft(["credential-helper"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "hayloft: get is missing; see --help\n" });
    expect((await runHayloft(["credential-helper", "put"])).stderr).toContain("put is unknown");
  });
});
