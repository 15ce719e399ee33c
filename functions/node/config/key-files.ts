import { isFields, isItems, type Value } from "./value.ts";

/** An access policy whose issuers' key files are found from where the policy stands. */
export function withKeyFiles(policy: Value, found: (path: string) => string): Value {
  if (!isFields(policy)) return policy;
  const { jwt } = policy;
  return isItems(jwt)
    ? { ...policy, jwt: jwt.map((issuer) => withKeyFile(issuer, found)) }
    : policy;
}

function withKeyFile(issuer: Value, found: (path: string) => string): Value {
  if (!isFields(issuer)) return issuer;
  const { jwks } = issuer;
  if (!isFields(jwks)) return issuer;
  const { file } = jwks;
  return typeof file === "string" ? { ...issuer, jwks: { ...jwks, file: found(file) } } : issuer;
}
