/** What looks like a JWT to whoever does not verify it. */
export function unsignedToken(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

/** When the credential helper says that it has to be asked again, for a token with this `exp`. */
export function askedAgainAt(exp: number): string {
  return new Date((exp - 30) * 1000).toISOString().replace(".000Z", "Z");
}
