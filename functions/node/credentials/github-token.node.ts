import { setTimeout } from "node:timers/promises";
import { UsageError } from "../commands/flags.node.ts";
import { type Answer, ask } from "./ask.node.ts";
import { isPrivate } from "./cache-address.ts";
import { jsonOf, memberOf } from "./member-of.ts";
import { parseToken } from "./parse-token.ts";

/** Where a job of GitHub Actions gets its identity from, as its environment says. */
export interface GithubEndpoint {
  readonly url: string;
  readonly token: string;
}

/** All attempts together end before Bazel gives up on its helper, which it does after ten seconds. */
const PATIENCE_MS = 2500;
const PAUSES_MS = [200, 800];

/** A token that says which job this is, to whoever trusts GitHub and is `audience`. Throws `UsageError`. */
export async function githubToken(endpoint: GithubEndpoint, audience: string): Promise<string> {
  const url = URL.canParse(endpoint.url) ? new URL(endpoint.url) : undefined;
  if (url === undefined || !isPrivate(url)) {
    throw new UsageError("ACTIONS_ID_TOKEN_REQUEST_URL is no https address");
  }
  url.searchParams.set("audience", audience);
  const { status, text } = await askPatiently(url, {
    headers: { authorization: `Bearer ${endpoint.token}`, accept: "application/json" },
  });
  const value = memberOf(jsonOf(text), "value");
  const token = status === 200 && typeof value === "string" ? parseToken(value) : undefined;
  if (token !== undefined) return token;
  throw new UsageError(
    `${url.origin} gives this job no OIDC token (HTTP ${status}); it needs permissions: id-token: write`,
  );
}

/** Tries again what may go better the next time. */
async function askPatiently(url: URL, request: RequestInit): Promise<Answer> {
  for (const pause of PAUSES_MS) {
    const answer = await ask(url, request, PATIENCE_MS).catch(() => undefined);
    if (answer !== undefined && answer.status !== 429 && answer.status < 500) return answer;
    await setTimeout(pause);
  }
  return await ask(url, request, PATIENCE_MS);
}
