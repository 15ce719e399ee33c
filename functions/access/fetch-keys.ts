import * as z from "zod/mini";
import { collectUpTo } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import { quote } from "../../shared/request-error.ts";
import { type KeySet, parseKeySet } from "./key-set.ts";

type Fetch = typeof globalThis.fetch;

/** The keys at this address. */
export async function fetchKeys(fetch: Fetch, url: string): Promise<KeySet> {
  return parseKeySet(await textAt(fetch, url, newDeadline()));
}

const documentSchema = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** The keys at the address that the issuer's discovery document names (OpenID Connect Discovery 1.0). */
export async function discoverKeys(fetch: Fetch, issuer: string): Promise<KeySet> {
  const deadline = newDeadline();
  const url = discoveryUrlOf(issuer);
  const { issuer: named, jwks_uri: keysUrl } = documentIn(await textAt(fetch, url, deadline));
  if (named !== issuer) throw new Error(`${url} is about another issuer: ${quote(named)}`);
  if (!isSafeUrl(keysUrl))
    throw new Error(`${url} names keys that are not at https: ${quote(keysUrl)}`);
  return parseKeySet(await textAt(fetch, keysUrl, deadline));
}

/** Throws an error that quotes nothing. */
function documentIn(text: string): z.infer<typeof documentSchema> {
  try {
    return documentSchema.parse(JSON.parse(text));
  } catch {
    throw new Error("the discovery document is no JSON with an issuer and a jwks_uri");
  }
}

export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** Whether nobody on the way can put keys of their own in place of those at this address. */
export function isSafeUrl(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol === "https:") return true;
  return protocol === "http:" && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname ?? "");
}

function newDeadline(): AbortSignal {
  return AbortSignal.timeout(limits.keysLoadMs);
}

async function textAt(fetch: Fetch, url: string, signal: AbortSignal): Promise<string> {
  // Whoever is redirected could be led away from https.
  const response = await fetch(url, { signal, redirect: "manual" });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`${url} answers ${response.status}, which is not 200`);
  }
  const bytes = await collectUpTo(response.body, limits.keySetBytes);
  if (bytes === undefined) throw new Error(`${url} has more than ${limits.keySetBytes} bytes`);
  return new TextDecoder().decode(bytes);
}
