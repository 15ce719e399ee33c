import { hostAndPort } from "./cache-address.ts";
import type { Credential } from "./credential.ts";
import { credentialsPath, readTokens } from "./credentials-file.node.ts";
import { jobCredential } from "./job-credential.node.ts";

/** What to show this cache: what somebody stored for it, or else what a CI gave this job. Throws `UsageError`. */
export async function findCredential(cache: URL): Promise<Credential | undefined> {
  const stored = (await readTokens(credentialsPath())).get(hostAndPort(cache));
  if (stored !== undefined) return { token: stored, from: "hayloft login" };
  return await jobCredential(cache, process.env);
}
