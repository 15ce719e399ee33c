import { exportJWK, exportSPKI, generateKeyPair, type GenerateKeyPairResult, SignJWT } from "jose";
import type { JsonWebKeySetting } from "../../functions/access/policy.ts";
import type { Clock } from "../../shared/clock.ts";

interface IssuerKey {
  readonly alg: string;
  readonly pair: GenerateKeyPairResult;
}

export const AUDIENCE = "hayloft";

/** Whom a token of `TokenIssuer` names. */
export const JOB = "a job at issuer.example";

/** Somebody who issues tokens, with real keys: those that it publishes are in `published`. */
export class TokenIssuer {
  readonly name: string;
  readonly #clock: Clock;
  readonly #keys = new Map<string, IssuerKey>();
  published: JsonWebKeySetting[] = [];

  constructor(clock: Clock, name = "https://issuer.example") {
    this.#clock = clock;
    this.name = name;
  }

  get jwks(): string {
    return JSON.stringify({ keys: this.published });
  }

  /** Makes a key, which is not published yet. */
  async makeKey(kid: string, alg = "ES256"): Promise<JsonWebKeySetting> {
    const pair = await generateKeyPair(alg, { extractable: true });
    this.#keys.set(kid, { alg, pair });
    return { ...(await exported(pair.publicKey)), kid };
  }

  async publishKey(kid: string, alg = "ES256"): Promise<JsonWebKeySetting> {
    const jwk = await this.makeKey(kid, alg);
    this.published.push(jwk);
    return jwk;
  }

  async privateJwk(kid: string): Promise<JsonWebKeySetting> {
    return { ...(await exported(this.#key(kid).pair.privateKey)), kid };
  }

  /** The public key as the text of a file. */
  async publicText(kid: string): Promise<string> {
    return await exportSPKI(this.#key(kid).pair.publicKey);
  }

  /** A token for five minutes, unless the claims say otherwise. */
  async token(
    kid: string,
    claims: Readonly<Record<string, unknown>> = {},
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<Uint8Array> {
    const { alg, pair } = this.#key(kid);
    const now = Math.floor(this.#clock.now() / 1000);
    const usual = { iss: this.name, aud: AUDIENCE, sub: "a job", iat: now, exp: now + 300 };
    const jwt = new SignJWT({ ...usual, ...claims }).setProtectedHeader({ ...header, alg, kid });
    return new TextEncoder().encode(await jwt.sign(pair.privateKey));
  }

  #key(kid: string): IssuerKey {
    const key = this.#keys.get(kid);
    if (key === undefined) throw new Error(`no key ${kid} was made`);
    return key;
  }
}

async function exported(key: CryptoKey): Promise<JsonWebKeySetting> {
  const { kty = "", ...members } = await exportJWK(key);
  return { ...members, kty };
}
