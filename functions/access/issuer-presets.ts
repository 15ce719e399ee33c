import type { AlgorithmName, PresetName } from "./policy.ts";

/** What is known of an issuer without being told. */
export interface IssuerPreset {
  readonly issuer: string;
  readonly keysUrl: (issuer: string) => string;
  readonly algorithms: readonly AlgorithmName[];
}

/** The issuers of the tokens that jobs of a CI get without any secret; servers of one's own have addresses of their own. */
export const issuerPresets: Readonly<Record<PresetName, IssuerPreset>> = {
  "github-actions": {
    issuer: "https://token.actions.githubusercontent.com",
    keysUrl: (issuer) => `${issuer}/.well-known/jwks`,
    algorithms: ["RS256"],
  },
  gitlab: {
    issuer: "https://gitlab.com",
    keysUrl: (issuer) => `${issuer}/oauth/discovery/keys`,
    algorithms: ["RS256"],
  },
};
