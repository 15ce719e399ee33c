import { bytesToHex } from "@noble/hashes/utils.js";
import { PolicyError } from "./parse-policy.ts";
import type { GrantSetting, Policy, RightName, TokenSetting } from "./policy.ts";

/** Whom a deployment lets in that has nothing but flags for it. */
export interface SimpleAccess {
  /** Whether everybody may come in, and do everything. */
  readonly isOpen: boolean;
  /** Who shows one of these may read and write. */
  readonly tokenHashes: readonly Uint8Array[];
  /** Who shows one of these may read. */
  readonly readTokenHashes: readonly Uint8Array[];
  /** Whether every certificate that the server takes lets its holder read and write. */
  readonly trustsCertificates?: boolean;
}

const writerRights: readonly RightName[] = ["read", "write", "asset"];

const everyRight: readonly RightName[] = [...writerRights, "admin"];

/** Everybody may come in, and do everything. */
export const openPolicy: Policy = { anonymous: { grants: [everywhere(everyRight)] } };

/** The same as a policy, added to one that the deployment may have beside it. Throws `PolicyError` where they do not go together. */
export function simplePolicy(
  { isOpen, tokenHashes, readTokenHashes, trustsCertificates = false }: SimpleAccess,
  policy: Policy = {},
): Policy {
  if (isOpen) {
    const others = tokenHashes.length + readTokenHashes.length + Object.keys(policy).length;
    if (others === 0) return openPolicy;
    throw new PolicyError(["everybody may come in, and only some: leave one of the two out"]);
  }
  const tokens = [
    ...holdersOf(tokenHashes, "the holder of a token", writerRights),
    ...holdersOf(readTokenHashes, "the holder of a read-only token", ["read"]),
  ];
  const certificates = [{ when: {}, grants: [everywhere(writerRights)] }];
  return {
    ...policy,
    tokens: [...tokens, ...(policy.tokens ?? [])],
    ...(trustsCertificates ? { certificates } : {}),
  };
}

function holdersOf(
  hashes: readonly Uint8Array[],
  subject: string,
  rights: readonly RightName[],
): TokenSetting[] {
  const sha256 = hashes.map((hash) => bytesToHex(hash));
  return sha256.length === 0 ? [] : [{ subject, sha256, grants: [everywhere(rights)] }];
}

function everywhere(rights: readonly RightName[]): GrantSetting {
  return { instance: "**", rights };
}
