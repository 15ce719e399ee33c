import type { Policy } from "../../functions/access/policy.ts";
import { systemClock } from "../../shared/clock.ts";
import { secret } from "../support/secrets.node.ts";
import { recipe, withKeysOf } from "./recipes.node.ts";
import { TokenIssuer } from "./token-issuer.ts";

/** Makes the token of a job with these claims. */
export type JobTokens = (claims: Readonly<Record<string, string>>) => Promise<string>;

/** The policy of a recipe for a CI's jobs, and what makes their tokens: all say what is in `common`, if they say nothing else. */
export async function jobsAt(
  issuerName: string,
  heading: string,
  common: Readonly<Record<string, string>>,
): Promise<{ readonly policy: Policy; readonly jobToken: JobTokens }> {
  const issuer = new TokenIssuer(systemClock, issuerName);
  await issuer.publishKey("one", "RS256");
  const usual = { aud: "https://cache.example.com", ...common };
  return {
    policy: withKeysOf(issuer, recipe(heading).policy),
    jobToken: async (claims) =>
      secret(new TextDecoder().decode(await issuer.token("one", { ...usual, ...claims }))),
  };
}
