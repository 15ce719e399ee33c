import * as z from "zod/mini";
import { limits } from "../../shared/limits.ts";
import type { AlgorithmName } from "./policy.ts";
import { type VerificationKey, verificationKeyOf } from "./verification-key.ts";

/** What a token says of the key that has signed it. */
export interface KeyHint {
  readonly alg: string;
  readonly kid?: string;
}

/** The keys of an issuer at one time. */
export class KeySet {
  readonly #keys: readonly VerificationKey[];

  constructor(keys: readonly VerificationKey[]) {
    this.#keys = keys;
  }

  /** Keys that are for one of the `allowed` algorithms, the hinted one, and have its name, or none. */
  fitting({ alg, kid }: KeyHint, allowed: readonly AlgorithmName[]): readonly VerificationKey[] {
    const algorithm = allowed.find((name) => name === alg);
    if (algorithm === undefined) return [];
    return this.#keys.filter(
      (key) =>
        key.algorithms.includes(algorithm) &&
        (kid === undefined || key.kid === undefined || key.kid === kid),
    );
  }

  has(algorithm: AlgorithmName): boolean {
    return this.#keys.some(({ algorithms }) => algorithms.includes(algorithm));
  }
}

const setSchema = z.object({
  keys: z.array(z.unknown()).check(z.maxLength(limits.issuerKeys)),
});

/**
 * Keys from their JSON (JWKS, RFC 7517). Those that are of no use here are left out, as issuers also publish keys for what is yet to
 * come. Throws an error that quotes nothing where none is left.
 */
export function keySetOf(json: unknown): KeySet {
  const { data } = setSchema.safeParse(json);
  if (data === undefined) {
    throw new Error(`it is no JSON with a list of up to ${limits.issuerKeys} "keys"`);
  }
  const reasons: string[] = [];
  const keys: VerificationKey[] = [];
  for (const [index, key] of data.keys.map(verificationKeyOf).entries()) {
    if ("reason" in key) reasons.push(`keys[${index}] ${key.reason}`);
    else keys.push(key);
  }
  if (keys.length === 0) {
    throw new Error(`it has no key that can be used: ${reasons.join("; ") || "the list is empty"}`);
  }
  return new KeySet(keys);
}

/** The same from text. */
export function parseKeySet(text: string): KeySet {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Nothing of what was there instead is told.
  }
  return keySetOf(json);
}
