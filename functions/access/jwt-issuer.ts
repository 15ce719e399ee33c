import { type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { quote } from "../../shared/request-error.ts";
import type { ClaimRules } from "./claim-rules.ts";
import type { IssuerProfile } from "./issuer-profile.ts";
import { refusalOf, refuseFuture } from "./jwt-refusal.ts";
import { refused } from "./refused.ts";
import type { KeySet } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";
import type { Identified } from "./known-callers.ts";
import type { ShownJwt } from "./shown-jwt.ts";
import type { VerificationKey } from "./verification-key.ts";

export interface JwtIssuerOptions {
  readonly profile: IssuerProfile;
  readonly keys: KeySource;
  readonly rules: ClaimRules;
  readonly clock: Clock;
}

/** One setting of an issuer: whose tokens it believes, and what they are good for. */
export class JwtIssuer {
  readonly profile: IssuerProfile;
  readonly #keys: KeySource;
  readonly #rules: ClaimRules;
  readonly #clock: Clock;

  constructor({ profile, keys, rules, clock }: JwtIssuerOptions) {
    this.profile = profile;
    this.#keys = keys;
    this.#rules = rules;
    this.#clock = clock;
  }

  /** Throws UNAUTHENTICATED, PERMISSION_DENIED where no rule fits, and UNAVAILABLE without keys. */
  async identify(token: ShownJwt): Promise<Identified> {
    const { algorithms, issuer } = this.profile;
    if (!algorithms.some((name) => name === token.hint.alg)) {
      throw refused(
        `the token is signed with ${quote(token.hint.alg)}; this cache takes ${algorithms.join(", ")} of ${issuer}`,
      );
    }
    const claims = await this.#claimsOf(token);
    const nowMs = this.#clock.now();
    refuseFuture(claims.iat, nowMs);
    const untilMs = Math.min((claims.exp ?? 0) * 1000, nowMs + limits.tokenTrustMs);
    // Two issuers may know different people by one name.
    const place = issuer.replace(/^https?:\/\//, "");
    const subject = typeof claims.sub === "string" ? `${claims.sub} at ${place}` : place;
    return { principal: this.#rules.principalOf(claims, subject), untilMs };
  }

  async #claimsOf(token: ShownJwt): Promise<JWTPayload> {
    const keys = await this.#keys.current();
    const claims = await this.#verified(token, keys);
    if (claims !== undefined) return claims;
    const newer = await this.#keys.newerThan(keys);
    const claimsByNewer = newer === keys ? undefined : await this.#verified(token, newer);
    if (claimsByNewer !== undefined) return claimsByNewer;
    const { alg, kid } = token.hint;
    const key = kid === undefined ? "any key" : `the key ${quote(kid)}`;
    throw refused(`the token is not signed by ${key} that ${this.profile.issuer} has for ${alg}`);
  }

  /** What a token says that one of the keys has signed; `undefined` where none has. */
  async #verified(token: ShownJwt, keys: KeySet): Promise<JWTPayload | undefined> {
    for (const key of keys.fitting(token.hint, this.profile.algorithms)) {
      const claims = await this.#verifiedBy(key, token.text);
      if (claims !== undefined) return claims;
    }
    return undefined;
  }

  async #verifiedBy(
    { jwk, algorithms }: VerificationKey,
    text: string,
  ): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(text, jwk, {
        algorithms: this.profile.algorithms.filter((name) => algorithms.includes(name)),
        issuer: this.profile.issuer,
        audience: [...this.profile.audiences],
        requiredClaims: ["exp"],
        clockTolerance: limits.tokenSkewMs / 1000,
        currentDate: new Date(this.#clock.now()),
      });
      return payload;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) throw refusal;
      return undefined;
    }
  }
}
