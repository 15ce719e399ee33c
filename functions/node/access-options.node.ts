import { readFileSync } from "node:fs";
import { parsePolicy, PolicyError } from "../access/parse-policy.ts";
import type { Policy } from "../access/policy.ts";
import { type SimpleAccess, simplePolicy } from "../access/simple-policy.ts";
import { parseTokenHashes, TOKEN_HASHES_REMEDY } from "../access/token-hashes.ts";
import { codeOf } from "./error-code.node.ts";
import { type FlagValues, UsageError } from "./flags.node.ts";
import { NodeGate } from "./node-gate.node.ts";
import type { FileContents } from "./watched-files.node.ts";
import { type Flag, variableOf } from "./serve-flags.node.ts";

/** Whom a server lets in, and whether that is everybody. */
export interface AccessOptions {
  readonly policy: Policy;
  readonly isOpen: boolean;
  /** Where the policy comes from, and may come from again. */
  readonly accessFile: AccessFile | undefined;
}

export interface AccessFile {
  readonly path: string;
  /** What flags say beside it. */
  readonly simple: SimpleAccess;
}

/** Open to everybody unless something says who may come in. Throws `UsageError`, also for what is open without anybody's having said so. */
export function readAccess(
  values: FlagValues<Flag>,
  listen: { readonly isLocal: boolean },
): AccessOptions {
  const tokenHashes = parseTokenFlag("token-sha256", values);
  const readTokenHashes = parseTokenFlag("read-token-sha256", values);
  const { access, open = "no" } = values;
  const trustsCertificates = access === undefined && values["tls-client-ca"] !== undefined;
  const hasTokens = tokenHashes.length + readTokenHashes.length > 0;
  const isOpen = access === undefined && !trustsCertificates && !hasTokens;
  if (open !== "yes" && open !== "no") {
    throw new UsageError(`--open (or ${variableOf("open")}) is ${JSON.stringify(open)}: give yes`);
  }
  if (open === "yes" && !isOpen) {
    throw new UsageError(
      "--open yes is for a server without --access and tokens; leave one of them out",
    );
  }
  if (isOpen && open === "no" && !listen.isLocal) {
    throw new UsageError(
      "--listen lets other machines reach a cache that is open to everybody: " +
        "say with --access or --token-sha256 who may come in, or with --open yes that all may",
    );
  }
  const simple = { isOpen, tokenHashes, readTokenHashes, trustsCertificates };
  const accessFile = access === undefined || isJson(access) ? undefined : { path: access, simple };
  const policy = simplePolicy(simple, access === undefined ? {} : readPolicy(access));
  return { isOpen, policy, accessFile };
}

/** The policy of a server whose file may change. */
export function policyFile({ path, simple }: AccessFile): FileContents<Policy> {
  return {
    read: () => {
      const policy = simplePolicy(simple, readPolicy(path));
      // It must be good all through before any thread hears of it.
      void new NodeGate(policy, () => undefined);
      return Promise.resolve(policy);
    },
    isSame: (one, other) => JSON.stringify(one) === JSON.stringify(other),
    news: () => "there is a new access policy",
  };
}

function isJson(access: string): boolean {
  return access.trimStart().startsWith("{");
}

/** From a file, or from the JSON itself, as an environment variable may hold it. */
function readPolicy(access: string): Policy {
  try {
    return parsePolicy(isJson(access) ? access : readFileSync(access, "utf8"));
  } catch (cause) {
    const isKnown = cause instanceof PolicyError;
    const mistakes = isKnown ? cause.mistakes.join("; ") : `cannot be read (${codeOf(cause)})`;
    throw new UsageError(`--access${isJson(access) ? "" : ` ${access}`}: ${mistakes}`, { cause });
  }
}

function parseTokenFlag(flag: Flag, values: FlagValues<Flag>): readonly Uint8Array[] {
  const hashes = parseTokenHashes(values[flag] ?? "");
  if (hashes !== undefined) return hashes;
  throw new UsageError(`--${flag} (or ${variableOf(flag)}) is wrong: ${TOKEN_HASHES_REMEDY}`);
}
