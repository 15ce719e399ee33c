import type { Policy } from "../../functions/access/policy.ts";
import { systemClock } from "../../shared/clock.ts";
import { secret } from "../support/secrets.node.ts";
import { recipe, withKeysOf } from "./recipes.node.ts";
import { TokenIssuer } from "./token-issuer.ts";

/** Makes the token of a job with these claims. */
export type JobTokens = (claims: Readonly<Record<string, string>>) => Promise<string>;

/** The policy of a recipe for GitHub's jobs, and what makes their tokens. */
export async function githubJobs(
  heading: string,
): Promise<{ readonly policy: Policy; readonly jobToken: JobTokens }> {
  const issuer = new TokenIssuer(systemClock, "https://token.actions.githubusercontent.com");
  await issuer.publishKey("one", "RS256");
  const common = { aud: "https://cache.example.com", repository: "acme/app", run_id: "1" };
  return {
    policy: withKeysOf(issuer, recipe(heading).policy),
    jobToken: async (claims) =>
      secret(new TextDecoder().decode(await issuer.token("one", { ...common, ...claims }))),
  };
}
