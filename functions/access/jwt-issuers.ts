import type { InstanceName } from "../../shared/digest/instance-name.ts";
import { quote, RequestError } from "../../shared/request-error.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { ClaimRules } from "./claim-rules.ts";
import { profileOf } from "./issuer-profile.ts";
import { JwtIssuer } from "./jwt-issuer.ts";
import { refused } from "./refused.ts";
import { KeySources, type KeySurroundings } from "./key-sources.ts";
import type { Identified } from "./known-callers.ts";
import type { IssuerSetting } from "./policy.ts";
import { type ShownJwt, shownJwt } from "./shown-jwt.ts";

/** What checking tokens needs of its platform. */
export type JwtSurroundings = KeySurroundings;

/** The issuers whose tokens (JWT, RFC 7519) are believed. Several settings may be about one: each of an audience, or with rules of its own. */
export class JwtIssuers {
  readonly #settings: readonly JwtIssuer[];

  /** Throws `PolicyError`. */
  constructor(
    settings: readonly IssuerSetting[],
    sharing: readonly InstanceName[],
    surroundings: JwtSurroundings,
  ) {
    const sources = new KeySources(surroundings);
    this.#settings = settings.map((setting, index) => {
      const where = `jwt[${index}]`;
      const profile = profileOf(setting, where);
      return new JwtIssuer({
        profile,
        keys: sources.of(profile, where),
        rules: new ClaimRules(setting.rules, sharing),
        clock: surroundings.clock,
      });
    });
  }

  /** Who shows a token; `undefined` for one that is no JWT. Throws UNAUTHENTICATED, and PERMISSION_DENIED where no rule fits. */
  identify(token: Uint8Array): Promise<Identified> | undefined {
    const shown = this.#settings.length === 0 ? undefined : shownJwt(token);
    return shown === undefined ? undefined : this.#identify(shown);
  }

  async #identify(token: ShownJwt): Promise<Identified> {
    const failures: unknown[] = [];
    for (const setting of this.#settingsFor(token)) {
      try {
        return await setting.identify(token);
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures.find(isPassing) ?? failures.find(isAboutRights) ?? failures[0];
  }

  /** What a token says of its issuer and audience chooses who is to check that, and all else. */
  #settingsFor({ issuer, audiences }: ShownJwt): readonly JwtIssuer[] {
    const ofIssuer = this.#settings.filter(({ profile }) => profile.issuer === issuer);
    if (ofIssuer.length === 0) {
      const name = issuer === undefined ? "nobody" : quote(issuer);
      throw refused(`the token is issued (iss) by ${name}, whom this cache does not know`);
    }
    const chosen = ofIssuer.filter(({ profile }) =>
      profile.audiences.some((audience) => audiences.includes(audience)),
    );
    if (chosen.length > 0) return chosen;
    const wanted = ofIssuer.flatMap(({ profile }) => profile.audiences);
    throw refused(
      `the token is for (aud) ${quote(audiences.join(", "))}; ask its issuer for one for ${wanted.join(" or ")}`,
    );
  }
}

/** Trying again may help, which no other failure may hide. */
function isPassing(error: unknown): boolean {
  return error instanceof StoreError;
}

/** Tells more than that some other setting does not believe it. */
function isAboutRights(error: unknown): boolean {
  return error instanceof RequestError && error.code === "permission-denied";
}
