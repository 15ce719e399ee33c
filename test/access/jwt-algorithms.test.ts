import { base64url, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { JwtIssuers } from "../../functions/access/jwt-issuers.ts";
import type { AlgorithmName, JsonWebKeySetting } from "../../functions/access/policy.ts";
import { ManualClock } from "../support/clock.ts";
import { outcomeOf } from "./outcome.ts";
import { AUDIENCE, JOB, TokenIssuer } from "./token-issuer.ts";

const clock = new ManualClock();
const issuer = new TokenIssuer(clock);

function believing(
  keys: readonly JsonWebKeySetting[],
  algorithms?: readonly AlgorithmName[],
): JwtIssuers {
  const jwks = { keys };
  const rules = [{ when: {}, grants: [] }];
  const setting = { issuer: issuer.name, audience: AUDIENCE, jwks, rules };
  return new JwtIssuers([algorithms === undefined ? setting : { ...setting, algorithms }], [], {
    clock,
  });
}

/** A token of somebody who has no key of the issuer's, and signs with what it has. */
async function forged(header: { readonly alg: string; readonly kid?: string }, secret: Uint8Array) {
  const seconds = clock.now() / 1000;
  const claims = {
    iss: issuer.name,
    aud: AUDIENCE,
    sub: "a forger",
    iat: seconds,
    exp: seconds + 60,
  };
  return new TextEncoder().encode(
    await new SignJWT(claims).setProtectedHeader(header).sign(secret),
  );
}

function secretKey(
  bytes: number,
  kid = "secret",
): { readonly secret: Uint8Array; readonly jwk: JsonWebKeySetting } {
  const secret = new Uint8Array(bytes).fill(7);
  return { secret, jwk: { kty: "oct", kid, k: base64url.encode(secret) } };
}

describe("a token signed with", () => {
  const algorithms = [
    "RS256",
    "RS512",
    "PS256",
    "PS384",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
  ] as const;

  test.for(algorithms)("%s is believed, and no other", async (alg) => {
    const jwk = await issuer.makeKey(alg, alg);
    const stranger = new TokenIssuer(clock);
    await stranger.makeKey(alg, alg);
    expect(await outcomeOf(believing([jwk]).identify(await issuer.token(alg)))).toBe(JOB);
    expect(await outcomeOf(believing([jwk]).identify(await stranger.token(alg)))).toMatch(
      /^unauthenticated: the token is not signed by the key/,
    );
    const [signed, signature] = splitLast(await issuer.token(alg));
    const [other] = splitLast(await issuer.token(alg, { sub: "somebody else" }));
    expect(other).not.toBe(signed);
    const altered = new TextEncoder().encode(`${other}.${signature}`);
    expect(await outcomeOf(believing([jwk]).identify(altered))).toMatch(/^unauthenticated/);
  });

  test("an algorithm that its setting does not name is refused, though the key could do it", async () => {
    const jwk = await issuer.makeKey("rsa", "RS512");
    const outcome = await outcomeOf(
      believing([jwk], ["RS256"]).identify(await issuer.token("rsa")),
    );
    expect(outcome).toBe(
      'unauthenticated: the token is signed with "RS512"; this cache takes RS256 of https://issuer.example',
    );
  });

  test("an algorithm that its key does not name is refused", async () => {
    const jwk = { ...(await issuer.makeKey("rsa", "RS512")), alg: "RS256" };
    expect(await outcomeOf(believing([jwk]).identify(await issuer.token("rsa")))).toMatch(
      /^unauth/,
    );
  });

  test("HS256 is believed where the setting names it", async () => {
    const { secret, jwk } = secretKey(32);
    const token = await forged({ alg: "HS256", kid: "secret" }, secret);
    expect(await outcomeOf(believing([jwk], ["HS256", "ES256"]).identify(token))).toBe(
      "a forger at issuer.example",
    );
    expect(() => believing([jwk])).toThrow(/^jwt\[0\]\.jwks\.keys: none is for RS256/);
  });

  test("nothing is refused", async () => {
    const jwk = await issuer.makeKey("one");
    const [, claims] = new TextDecoder().decode(await issuer.token("one")).split(".");
    for (const alg of ["none", "None", ""]) {
      const header = base64url.encode(JSON.stringify({ alg }));
      const token = new TextEncoder().encode(`${header}.${claims}.`);
      expect(await outcomeOf(believing([jwk]).identify(token))).toMatch(/^unauth.*signed with "/);
    }
  });

  test("a public key as the secret is refused, also where secrets are taken", async () => {
    const jwk = await issuer.makeKey("rsa", "RS256");
    const { jwk: secret } = secretKey(32);
    const issuers = [believing([jwk]), believing([jwk, secret], ["RS256", "HS256"])];
    const publicText = new TextEncoder().encode(await issuer.publicText("rsa"));
    const known = [publicText, publicText.subarray(0, -1), base64url.decode(String(jwk["n"]))];
    for (const each of issuers) {
      for (const bytes of known) {
        const token = await forged({ alg: "HS256", kid: "rsa" }, bytes);
        expect(await outcomeOf(each.identify(token))).toMatch(/^unauthenticated/);
        const nameless = await forged({ alg: "HS256" }, bytes);
        expect(await outcomeOf(each.identify(nameless))).toMatch(/^unauthenticated/);
      }
    }
  });

  test("a key that the token itself brings is refused", async () => {
    const jwk = await issuer.makeKey("one");
    const stranger = new TokenIssuer(clock);
    const own = await stranger.makeKey("one");
    const token = await stranger.token(
      "one",
      {},
      { jwk: own, jku: "https://stranger.example/keys" },
    );
    expect(await outcomeOf(believing([jwk]).identify(token))).toMatch(/^unauthenticated/);
  });
});

describe("among keys", () => {
  test("without names, the one that fits is found", async () => {
    const keys = await Promise.all(["one", "two", "three"].map((kid) => issuer.makeKey(kid)));
    const nameless = keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }));
    expect(await outcomeOf(believing(nameless).identify(await issuer.token("three")))).toBe(JOB);
  });

  test("of one name, the one that fits is found", async () => {
    const one = await issuer.makeKey("one");
    const replaced = await issuer.makeKey("one");
    expect(await outcomeOf(believing([one, replaced]).identify(await issuer.token("one")))).toBe(
      JOB,
    );
  });

  test("that are none of any use, each says why, and nothing of a secret", async () => {
    await issuer.makeKey("rsa", "RS256");
    const own = await issuer.privateJwk("rsa");
    const { jwk: short } = secretKey(16);
    const weak = { kty: "RSA", n: base64url.encode(new Uint8Array(128).fill(255)), e: "AQAB" };
    const other = { ...(await issuer.makeKey("one")), use: "enc" };
    const mistake = mistakeOf(() =>
      believing([own, short, weak, other], ["RS256", "HS256", "ES256"]),
    );
    expect(mistake).toBe(
      "jwt[0].jwks: it has no key that can be used: keys[0] is a private key, which nobody but its issuer may know; " +
        "keys[1] is too short, or of a kind that is not known here; " +
        "keys[2] is too short, or of a kind that is not known here; keys[3] is not for checking signatures",
    );
  });
});

function splitLast(token: Uint8Array): readonly [signed: string, signature: string] {
  const text = new TextDecoder().decode(token);
  const dot = text.lastIndexOf(".");
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function mistakeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
