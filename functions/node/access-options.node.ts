import { readFileSync } from "node:fs";
import { parsePolicy, PolicyError } from "../access/parse-policy.ts";
import type { Policy } from "../access/policy.ts";
import { type SimpleAccess, simplePolicy } from "../access/simple-policy.ts";
import { parseTokenHashes, TOKEN_HASHES_REMEDY } from "../access/token-hashes.ts";
import { codeOf } from "./error-code.node.ts";
import { type FlagValues, UsageError } from "./flags.node.ts";
import { isLocal, type ListenOptions } from "./listen-options.node.ts";
import { NodeGate } from "./node-gate.node.ts";
import type { FileContents } from "./watched-files.node.ts";
import { type Flag, variableOf } from "./serve-flags.node.ts";
import { closedWays } from "./closed-ways.node.ts";

/** Whom a server lets in, and whether that is everybody. */
export interface AccessOptions {
  readonly policy: Policy;
  readonly isOpen: boolean;
  /** Whether it is so without anybody's having said it: web pages are then to be kept out. */
  readonly onlyLocalNames: boolean;
  /** Ways in of the policy that nobody can come by, for the log. */
  readonly closedWays: readonly string[];
  /** Where the policy comes from, and may come from again. */
  readonly accessFile: AccessFile | undefined;
}

export interface AccessFile {
  readonly path: string;
  /** What flags say beside it. */
  readonly simple: SimpleAccess;
  readonly listen: ListenOptions;
}

/** Open to everybody unless something says who may come in. Throws `UsageError`, also for what is open without anybody's having said so. */
export function readAccess(values: FlagValues<Flag>, listen: ListenOptions): AccessOptions {
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
  if (isOpen && open === "no" && !isLocal(listen)) {
    throw new UsageError(
      "--listen lets other machines reach a cache that is open to everybody: " +
        "say with --access or --token-sha256 who may come in, or with --open yes that all may",
    );
  }
  const simple = { isOpen, tokenHashes, readTokenHashes, trustsCertificates };
  const isFile = access !== undefined && !isJson(access);
  const policy = simplePolicy(simple, access === undefined ? {} : readPolicy(access));
  return {
    isOpen,
    onlyLocalNames: isOpen && open === "no",
    policy,
    closedWays: closedWays(policy, listen),
    accessFile: isFile ? { path: access, simple, listen } : undefined,
  };
}

/** The policy of a server whose file may change. */
export function policyFile({ path, simple, listen }: AccessFile): FileContents<Policy> {
  return {
    read: () => {
      const policy = simplePolicy(simple, readPolicy(path));
      // It must be good all through before any thread hears of it.
      void new NodeGate(policy, () => undefined);
      closedWays(policy, listen);
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
  const text = values[flag];
  if (text === undefined) return [];
  const hashes = parseTokenHashes(text) ?? [];
  if (hashes.length > 0) return hashes;
  throw new UsageError(`--${flag} (or ${variableOf(flag)}) is wrong: ${TOKEN_HASHES_REMEDY}`);
}
