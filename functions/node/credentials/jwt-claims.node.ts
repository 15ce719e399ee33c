import { jsonOf, memberOf } from "./member-of.ts";

/** What a token says of itself, unverified: that is for the cache. Nothing, for a token that is no JWT. */
export interface UnverifiedClaims {
  readonly expiresMs: number | undefined;
  readonly audiences: readonly string[];
}

export function unverifiedClaims(token: string): UnverifiedClaims {
  const claims = payloadOf(token);
  const exp = memberOf(claims, "exp");
  const aud = memberOf(claims, "aud");
  return {
    expiresMs: typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : undefined,
    audiences: [aud].flat().filter((one) => typeof one === "string"),
  };
}

function payloadOf(token: string): unknown {
  const { payload = "" } = /^[\w-]+\.(?<payload>[\w-]+)\.[\w-]*$/.exec(token)?.groups ?? {};
  return jsonOf(Buffer.from(payload, "base64url").toString());
}
