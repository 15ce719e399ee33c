import { newToken } from "../../support/tokens.node.ts";

/** Who may come to a server that is soaked, and as whom. */
export interface SoakAccess {
  readonly tokens: { readonly write: string; readonly read: string };
  /** For `HAYLOFT_ACCESS`. */
  readonly policy: string;
}

/** Where clients come in that show no token without TLS. */
export const OPEN_INSTANCE = "open";

export function makeAccess(): SoakAccess {
  const [write, read] = [newToken("soak-write"), newToken("soak-read")];
  const everywhere = (rights: readonly string[]) => [{ instance: "**", rights }];
  const policy = {
    tokens: [
      { subject: "builds", sha256: write.sha256, grants: everywhere(["read", "write"]) },
      { subject: "readers", sha256: read.sha256, grants: everywhere(["read"]) },
    ],
    anonymous: { grants: [{ instance: `${OPEN_INSTANCE}/**`, rights: ["read", "write"] }] },
  };
  return { tokens: { write: write.token, read: read.token }, policy: JSON.stringify(policy) };
}
