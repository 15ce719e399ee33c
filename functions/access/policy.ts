import type { Allowance } from "../../shared/stores/call.ts";

/** Who may do what with a cache: everything else is denied. */
export interface Policy {
  readonly tokens?: readonly TokenSetting[];
  readonly jwt?: readonly IssuerSetting[];
  /** For clients that show a certificate; the first rule that fits counts, as for tokens. */
  readonly certificates?: readonly RuleSetting[];
  /** For whoever comes through a unix socket, which the system lets only some open. */
  readonly localSocket?: GrantsSetting;
  /** For whoever shows nothing. */
  readonly anonymous?: GrantsSetting;
  /** Instances whose blobs all instances beneath them share. */
  readonly sharedBlobs?: readonly string[];
}

/** Whether anybody is let in for a token. */
export function takesTokens({ tokens = [], jwt = [] }: Policy): boolean {
  return tokens.length + jwt.length > 0;
}

export interface GrantsSetting {
  readonly grants: readonly GrantSetting[];
  readonly allowance?: Allowance;
}

export interface GrantSetting {
  /** `main` is this instance alone, `main/**` this one and all beneath it, `**` every one. */
  readonly instance: string;
  readonly rights: readonly RightName[];
}

/** `read` and `write` stand for what builds need of either. */
export type RightName = (typeof rightNames)[number];

export const rightNames = [
  "read",
  "write",
  "admin",
  "cas-read",
  "cas-write",
  "find-missing",
  "ac-read",
  "ac-write",
  "asset",
] as const;

export interface TokenSetting extends GrantsSetting {
  /** Who holds it, for logs and provenance. */
  readonly subject: string;
  /** Of the token itself, which nobody else needs to know; several while one replaces another. */
  readonly sha256: string | readonly string[];
  /** When it ends to be good, as `2027-01-31T00:00:00Z`. */
  readonly expires?: string;
}

export interface RuleSetting extends GrantsSetting {
  /** What claims have to be: this, or one of these. `{name}` takes what it stands for, `*` is any part between slashes, `**` any. */
  readonly when: Readonly<Record<string, string | readonly string[]>>;
  /** With what the claims have in place of `{name}`. */
  readonly subject?: string;
}

export interface IssuerSetting {
  /** Whose tokens a CI gives its jobs; says what is left out here. */
  readonly preset?: PresetName;
  /** The `iss` of its tokens. */
  readonly issuer?: string;
  /** One of these must be among the token's `aud`. */
  readonly audience: string | readonly string[];
  readonly jwks?: KeysSetting;
  /** What the preset uses, or all but HS*, if left out: a secret that both sides know is for who says so. */
  readonly algorithms?: readonly AlgorithmName[];
  readonly rules: readonly RuleSetting[];
}

/** Where an issuer's keys (JWKS, RFC 7517) are. */
export type KeysSetting =
  | { readonly url: string }
  | { readonly file: string }
  | { readonly keys: readonly JsonWebKeySetting[] };

export interface JsonWebKeySetting {
  readonly kty: string;
  readonly [member: string]: unknown;
}

export type PresetName = (typeof presetNames)[number];

export const presetNames = ["github-actions", "gitlab"] as const;

export type AlgorithmName = (typeof algorithmNames)[number];

export const algorithmNames = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "HS256",
  "HS384",
  "HS512",
] as const;
