import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GithubEndpoint } from "./github-endpoint.node.ts";
import { Home } from "./home.node.ts";
import { askedAgainAt, unsignedToken } from "./unsigned-token.node.ts";

const uri = "https://cache.example.com/build.bazel.remote.execution.v2.ActionCache";
const origin = "https://cache.example.com";
const ends = Math.floor(Date.now() / 1000) + 600;
const tokenFor = (aud: string): string => unsignedToken({ aud, exp: ends });
const answerWith = (token: string): object => ({
  expires: askedAgainAt(ends),
  headers: { Authorization: [`Bearer ${token}`] },
});

let home: Home;
beforeAll(async () => void (home = await Home.make()));
afterAll(async () => await home[Symbol.asyncDispose]());

describe("the OIDC token of GitHub Actions", () => {
  test("is for the cache's origin, and is asked for again before it ends", async () => {
    await using github = await GithubEndpoint.start(tokenFor);
    expect(await home.headersFor(uri, github.variables)).toEqual(answerWith(tokenFor(origin)));
    expect(github.audiences).toEqual([origin]);
    await home.headersFor("grpcs://127.0.0.1:8980/", github.variables);
    expect(github.audiences).toEqual([origin, "https://127.0.0.1:8980"]);
  });

  test("is for HAYLOFT_AUDIENCE, where HAYLOFT_URL names the cache", async () => {
    await using github = await GithubEndpoint.start(tokenFor);
    const env = { ...github.variables, HAYLOFT_AUDIENCE: "hayloft & more", HAYLOFT_URL: origin };
    expect(await home.headersFor(uri, env)).toEqual(answerWith(tokenFor("hayloft & more")));
    expect(await home.headersFor("https://elsewhere.example.com/", env)).toEqual({ headers: {} });
    expect(github.audiences).toEqual(["hayloft & more"]);
  });

  test("with an audience that names another cache, is not asked for", async () => {
    await using github = await GithubEndpoint.start(tokenFor);
    const env = { ...github.variables, HAYLOFT_AUDIENCE: "https://elsewhere.example.com" };
    expect(await home.headersFor(uri, env)).toEqual({ headers: {} });
    expect(github.requests).toBe(0);
  });

  test.for([
    ["fails", 500],
    ["is busy", 429],
  ] as const)("is asked for again where GitHub %s", async ([, status]) => {
    await using github = await GithubEndpoint.start(tokenFor, (_request, response, before) => {
      if (before > 0) return false;
      response.writeHead(status).end();
      return true;
    });
    expect(await home.headersFor(uri, github.variables)).toEqual(answerWith(tokenFor(origin)));
  });

  test("is asked for again where GitHub hangs, or the connection breaks", async () => {
    await using github = await GithubEndpoint.start(tokenFor, (request, _response, before) => {
      if (before === 1) request.socket.destroy();
      return before < 2;
    });
    expect(await home.headersFor(uri, github.variables)).toEqual(answerWith(tokenFor(origin)));
    expect(github.requests).toBe(3);
  });

  test.for([
    ["a job without the permission", 403, "{}", 1, /HTTP 403.*id-token: write/],
    ["GitHub that goes on to fail", 503, "", 3, /HTTP 503/],
    ["an answer of another kind", 200, "<html>", 1, /no OIDC token/],
    ["a token that would be two headers", 200, '{"value":"a\\r\\nb: c"}', 1, /no OIDC token/],
    ["an answer without end", 200, "x".repeat(1_000_000), 3, /too long/],
    ["a way elsewhere", 302, "", 3, /cannot ask http:\/\/127\.0\.0\.1/],
  ] as const)("%s is an error", async ([, status, body, requests, says]) => {
    await using github = await GithubEndpoint.start(tokenFor, (_request, response) => {
      response.writeHead(status, status === 302 ? { location: "/token2" } : {}).end(body);
      return true;
    });
    const ended = await home.helper(JSON.stringify({ uri }), github.variables);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(/^hayloft: [^\n]*\n$/);
    expect(ended.stderr).not.toContain(github.variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
    expect(github.requests).toBe(requests);
  });

  test("is not asked for where others could listen", async () => {
    const variables = {
      ACTIONS_ID_TOKEN_REQUEST_URL: "http://tokens.invalid/",
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "secret",
    };
    const { stderr } = await home.helper(JSON.stringify({ uri }), variables);
    expect(stderr).toMatch(/ACTIONS_ID_TOKEN_REQUEST_URL is no https address/);
  });
});
