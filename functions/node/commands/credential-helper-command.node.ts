import { systemClock } from "../../../shared/clock.ts";
import { boundedText } from "../credentials/bounded-text.node.ts";
import { parseCacheAddress } from "../credentials/cache-address.ts";
import { findCredential } from "../credentials/find-credential.node.ts";
import { unverifiedClaims } from "../credentials/jwt-claims.node.ts";
import { jsonOf, memberOf } from "../credentials/member-of.ts";
import { type Command, commandOf } from "./command.node.ts";
import { onlyWord, UsageError } from "./flags.node.ts";
import { flagsHelp } from "./help.node.ts";

/** Bazel asks again so long before a token ends, for the calls that it begins with it. */
const MARGIN_MS = 30_000;

/** `hayloft credential-helper get`, which is what hayloft-credential-helper runs. */
export const credentialHelperCommand: Command = commandOf({
  flags: [],
  help: `usage: hayloft credential-helper get

Reads {"uri": "https://HOST/..."} from standard input, and writes the headers that show a token to that cache. Bazel calls it:

  build --credential_helper=cache.example.com=hayloft-credential-helper

The token is the first that there is of
  - what hayloft login has kept for the host
  - GitHub Actions' OIDC token, for a job with the permission id-token: write; HAYLOFT_AUDIENCE, or else https://HOST, is its audience
  - HAYLOFT_ID_TOKEN, as id_tokens: of GitLab CI sets it
  - HAYLOFT_TOKEN
and without any, no header. HAYLOFT_URL names the cache that may have what the environment holds; a token whose audience is an
address needs none.

${flagsHelp([])}`,
  run: async ({ words }) => {
    const word = onlyWord(words, "get");
    if (word !== "get") throw new UsageError(`${word} is unknown; all it knows is get`);
    const answer = await answerFor(await askedCache());
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  },
});

async function askedCache(): Promise<URL> {
  const uri = memberOf(jsonOf((await boundedText(process.stdin)) ?? ""), "uri");
  const cache = typeof uri === "string" ? parseCacheAddress(uri) : undefined;
  if (cache !== undefined) return cache;
  throw new UsageError('standard input has to hold {"uri": "https://HOST/..."}');
}

interface HelperAnswer {
  readonly expires?: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

async function answerFor(cache: URL): Promise<HelperAnswer> {
  const credential = await findCredential(cache);
  if (credential === undefined) return { headers: {} };
  const { token, from } = credential;
  const headers = { Authorization: [`Bearer ${token}`] };
  const { expiresMs } = unverifiedClaims(token);
  if (expiresMs === undefined) return { headers };
  if (expiresMs <= systemClock.now()) {
    throw new UsageError(
      `the token from ${from} has ended at ${wholeSecond(expiresMs)}; get a new one`,
    );
  }
  return { expires: wholeSecond(expiresMs - MARGIN_MS), headers };
}

/** Bazel takes an answer for damaged whose time has a fraction. */
function wholeSecond(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+/, "");
}
