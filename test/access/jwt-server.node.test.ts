import { createServer, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { gateOf } from "../../functions/access/gate.ts";
import { limits } from "../../shared/limits.ts";
import { ManualClock } from "../support/clock.ts";
import { listening } from "../support/listening.node.ts";
import { AUDIENCE, TokenIssuer } from "./token-issuer.ts";

test("a gate lets in who has a token of an issuer with a server of its own", async () => {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const document = JSON.stringify({ issuer: origin, jwks_uri: `${origin}/keys` });
    response.end(url === "/keys" ? issuer.jwks : document);
  });
  await using served = await listening(server);
  const origin = served.url;
  const clock = new ManualClock();
  const issuer = new TokenIssuer(clock, origin);
  await issuer.publishKey("one", "EdDSA");
  const rules = [{ when: {}, grants: [{ instance: "main", rights: ["read" as const] }] }];
  const policy = { jwt: [{ issuer: origin, audience: AUDIENCE, rules }] };
  const gate = gateOf(policy, { clock, fetch: globalThis.fetch, remedy: "" });

  const token = new TextDecoder().decode(await issuer.token("one"));
  const bearer = new Headers({ authorization: `Bearer ${token}` });
  const basic = new Headers({ authorization: `Basic ${btoa(`any:${token}`)}` });
  const principal = await gate({ header: bearer });
  expect(principal.subject).toMatch(/^a job at 127\.0\.0\.1:/);
  expect(await gate({ header: basic })).toMatchObject({ subject: principal.subject });
  expect(gate({ header: bearer }), "known now, without a promise").toBe(principal);
  expect(asked).toEqual(["/.well-known/openid-configuration", "/keys"]);

  issuer.published = [];
  await issuer.publishKey("two", "EdDSA");
  clock.advance(limits.tokenTrustMs - 1);
  expect(gate({ header: bearer })).toBe(principal);
  clock.advance(1);
  await expect(gate({ header: bearer })).rejects.toThrow("not signed by");
  expect(asked).toHaveLength(4);
});

test.for([
  ["ends a connection in the middle", (response: ServerResponse) => response.destroy()],
  ["does not go on", () => undefined],
] as const)("a server of keys that %s is UNAVAILABLE", async ([, afterSome]) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": 1000 }).write("{", () => afterSome(response));
  });
  await using served = await listening(server);
  const clock = new ManualClock();
  const issuer = new TokenIssuer(clock, served.url);
  await issuer.makeKey("one");
  const jwt = [{ issuer: served.url, audience: AUDIENCE, rules: [{ when: {}, grants: [] }] }];
  const gate = gateOf({ jwt }, { clock, fetch: globalThis.fetch, remedy: "" });
  const token = new TextDecoder().decode(await issuer.token("one"));
  const header = new Headers({ authorization: `Bearer ${token}` });
  await expect(gate({ header })).rejects.toMatchObject({ code: "unavailable" });
});
