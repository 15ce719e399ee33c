import type { AlgorithmName, PresetName } from "./policy.ts";

/** What is known of an issuer without being told. */
export interface IssuerPreset {
  readonly issuer: string;
  readonly keysUrl: (issuer: string) => string;
  readonly algorithms: readonly AlgorithmName[];
  /** The claims that say whose job it is: an id, or a path that begins with its owner. `sub` says it behind the name of one of them. */
  readonly ownerClaims: readonly string[];
}

/** The issuers of the tokens that jobs of a CI get without any secret; servers of one's own have addresses of their own. */
export const issuerPresets: Readonly<Record<PresetName, IssuerPreset>> = {
  "github-actions": {
    issuer: "https://token.actions.githubusercontent.com",
    keysUrl: (issuer) => `${issuer}/.well-known/jwks`,
    algorithms: ["RS256"],
    // `job_workflow_ref` is none: whose workflow is called says nothing of who calls it, and with what.
    ownerClaims: ["repository", "repository_id", "repository_owner", "repository_owner_id"],
  },
  gitlab: {
    issuer: "https://gitlab.com",
    keysUrl: (issuer) => `${issuer}/oauth/discovery/keys`,
    algorithms: ["RS256"],
    // `job_project_path` is none: a fork's merge request may run in the project that it is for.
    ownerClaims: ["project_path", "project_id", "namespace_path", "namespace_id"],
  },
};
