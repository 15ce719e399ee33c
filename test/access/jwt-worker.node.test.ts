import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { startWorker } from "../support/worker.node.ts";
import { AUDIENCE, TokenIssuer } from "./token-issuer.ts";

const KEYS_URL = "https://issuer.example/keys";
const rules = [{ when: {}, grants: [{ instance: "**", rights: ["read"] }] }];

test("a Worker believes tokens of all algorithms, also while the request that fetches the keys is given up", async () => {
  const issuer = new TokenIssuer(systemClock);
  const algorithms = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];
  for (const alg of algorithms) await issuer.publishKey(alg, alg);
  const asked: string[] = [];
  const firstAsked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const outside = async (url: string): Promise<[string]> => {
    asked.push(url);
    firstAsked.resolve();
    await answer.promise;
    return [issuer.jwks];
  };
  const jwt = [{ issuer: issuer.name, audience: AUDIENCE, jwks: { url: KEYS_URL }, rules }];
  await using worker = await startWorker(
    { HAYLOFT_ACCESS: JSON.stringify({ jwt }) },
    undefined,
    outside,
  );
  const show = async (kid: string, signal: AbortSignal | null = null): Promise<number> => {
    const authorization = `Bearer ${new TextDecoder().decode(await issuer.token(kid))}`;
    const url = `${worker.url}/cas/${"a".repeat(64)}`;
    const response = await fetch(url, { headers: { authorization }, signal });
    await response.body?.cancel();
    return response.status;
  };

  const leaving = new AbortController();
  const left = show("RS256", leaving.signal);
  await firstAsked.promise;
  const others = algorithms.map(async (kid) => await show(kid));
  leaving.abort();
  await expect(left).rejects.toThrow("aborted");
  answer.resolve();
  // What they ask for is not there: they were let in.
  expect(await Promise.all(others)).toEqual(algorithms.map(() => 404));
  expect(asked.length).toBeLessThanOrEqual(2);
  await issuer.makeKey("unknown");
  expect(await show("unknown")).toBe(401);
});
