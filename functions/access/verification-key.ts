import { base64url, type JWK } from "jose";
import * as z from "zod/mini";
import type { AlgorithmName } from "./policy.ts";

/** A key of an issuer, and all that it can be used for: what tokens say of it is not asked. */
export interface VerificationKey {
  readonly kid?: string;
  readonly algorithms: readonly AlgorithmName[];
  readonly jwk: JWK;
}

/** Why a key is not used. */
export interface UnusableKey {
  readonly reason: string;
}

const text = z.exactOptional(z.string());

const jwkSchema = z.object({
  kty: z.string(),
  kid: text,
  alg: text,
  use: text,
  key_ops: z.exactOptional(z.array(z.string())),
  crv: text,
  x: text,
  y: text,
  n: text,
  e: text,
  k: text,
  d: z.exactOptional(z.unknown()),
});

const MIN_RSA_BYTES = 2048 / 8;

/** The lengths of their hashes, below which RFC 7518 admits no secret. */
const hmacs: readonly (readonly [algorithm: AlgorithmName, minBytes: number])[] = [
  ["HS256", 32],
  ["HS384", 48],
  ["HS512", 64],
];

/** A key from its JSON (JWK, RFC 7517), of which nothing is quoted. */
export function verificationKeyOf(json: unknown): VerificationKey | UnusableKey {
  const { data } = jwkSchema.safeParse(json);
  if (data === undefined) return { reason: "is malformed" };
  const { d: secret, ...jwk } = data;
  if (secret !== undefined)
    return { reason: "is a private key, which nobody but its issuer may know" };
  if ((jwk.use ?? "sig") !== "sig" || jwk.key_ops?.includes("verify") === false) {
    return { reason: "is not for checking signatures" };
  }
  const possible = algorithmsOf(jwk);
  const algorithms = possible.filter((name) => jwk.alg === undefined || jwk.alg === name);
  if (algorithms.length === 0) {
    return { reason: "is too short, or of a kind that is not known here" };
  }
  return { ...(jwk.kid === undefined ? {} : { kid: jwk.kid }), algorithms, jwk };
}

function algorithmsOf({ kty, crv, n, k }: z.infer<typeof jwkSchema>): readonly AlgorithmName[] {
  switch (`${kty} ${crv ?? ""}`) {
    case "RSA ":
      return lengthOf(n) < MIN_RSA_BYTES
        ? []
        : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    case "EC P-256":
      return ["ES256"];
    case "EC P-384":
      return ["ES384"];
    case "EC P-521":
      return ["ES512"];
    case "OKP Ed25519":
      return ["EdDSA"];
    case "oct ":
      return hmacs.filter(([, minBytes]) => lengthOf(k) >= minBytes).map(([name]) => name);
    default:
      return [];
  }
}

/** In bytes; none for what is no base64url. */
function lengthOf(encoded: string | undefined): number {
  try {
    return base64url.decode(encoded ?? "").byteLength;
  } catch {
    return 0;
  }
}
