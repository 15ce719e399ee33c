import { UsageError } from "../commands/flags.node.ts";
import { hostAndPort, parseCacheAddress } from "./cache-address.ts";
import type { Credential } from "./credential.ts";
import { githubToken } from "./github-token.node.ts";
import { unverifiedClaims } from "./jwt-claims.node.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a CI gave this job for the cache: an identity, which comes first, or a token. Bazel may ask for every host that it meets, so
 * that none is given what is not certainly for it. Throws `UsageError`.
 */
export async function jobCredential(
  cache: URL,
  environment: Environment,
): Promise<Credential | undefined> {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    HAYLOFT_AUDIENCE: wished,
    HAYLOFT_ID_TOKEN: idToken,
    HAYLOFT_TOKEN: token,
  } = environment;
  if (url && requestToken) {
    const audience = wished || cache.origin;
    const given = { environment, audiences: [audience], variable: "HAYLOFT_AUDIENCE" };
    if (!isFor(cache, given)) return undefined;
    const endpoint = { url, token: requestToken };
    return { token: await githubToken(endpoint, audience), from: "GitHub Actions" };
  }
  const variable = idToken ? "HAYLOFT_ID_TOKEN" : "HAYLOFT_TOKEN";
  const given = idToken || token;
  if (!given) return undefined;
  const { audiences } = unverifiedClaims(given);
  if (!isFor(cache, { environment, audiences, variable })) return undefined;
  return { token: given, from: variable };
}

interface Given {
  readonly environment: Environment;
  /** For whom the token is, as far as it says so. */
  readonly audiences: readonly string[];
  /** What to name where that is not said. */
  readonly variable: string;
}

function isFor(cache: URL, { environment, audiences, variable }: Given): boolean {
  const { HAYLOFT_URL: named } = environment;
  const addresses = (named ? [named] : audiences).map((each) => parseCacheAddress(each));
  const hosts = addresses.filter((each) => each !== undefined).map((each) => hostAndPort(each));
  if (hosts.length > 0) return hosts.includes(hostAndPort(cache));
  if (named)
    throw new UsageError(
      "HAYLOFT_URL is no address of a cache: give it as https://cache.example.com",
    );
  throw new UsageError(
    `${variable} does not say which cache it is for: set HAYLOFT_URL to the cache's address, so that no other host is given it`,
  );
}
