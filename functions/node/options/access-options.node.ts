import { readFileSync } from "node:fs";
import { parsePolicy, PolicyError } from "../../access/parse-policy.ts";
import type { Policy } from "../../access/policy.ts";
import { type SimpleAccess, simplePolicy } from "../../access/simple-policy.ts";
import { parseTokenHashes, TOKEN_HASHES_REMEDY } from "../../access/token-hashes.ts";
import { type FlagValues, UsageError } from "../commands/flags.node.ts";
import { accessIn } from "../config/access-in.node.ts";
import { codeOf } from "../error-code.node.ts";
import { NodeGate } from "../node-gate.node.ts";
import type { FileContents } from "../watched-files.node.ts";
import { closedWays } from "./closed-ways.node.ts";
import { FlagMistake, mistake } from "./flag-mistake.node.ts";
import { isLocal, type ListenOptions } from "./listen-options.node.ts";
import type { Flag } from "./serve-flags.node.ts";

/** Whom a server lets in, and whether that is everybody. */
export interface AccessOptions {
  readonly policy: Policy;
  readonly isOpen: boolean;
  /** Whether it is so without anybody's having said it: web pages are then to be kept out. */
  readonly onlyLocalNames: boolean;
  /** Ways in of the policy that nobody can come by, for the log. */
  readonly closedWays: readonly string[];
  /** What flags say beside the policy. */
  readonly simple: SimpleAccess;
  /** Where the policy comes from, and may come from again. */
  readonly accessFrom: AccessFrom | undefined;
}

/** A file of its own, or configuration files that have it in them. */
export type AccessFrom =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "config"; readonly files: readonly string[] };

/** Open to everybody unless something says who may come in. Throws `UsageError`, also for what is open without anybody's having said so. */
export function readAccess(values: FlagValues<Flag>, listen: ListenOptions): AccessOptions {
  const tokenHashes = parseTokenFlag("token-sha256", values);
  const readTokenHashes = parseTokenFlag("read-token-sha256", values);
  const { access, open = "no" } = values;
  const trustsCertificates = access === undefined && values["tls-client-ca"] !== undefined;
  const hasTokens = tokenHashes.length + readTokenHashes.length > 0;
  const isOpen = access === undefined && !trustsCertificates && !hasTokens;
  if (open !== "yes" && open !== "no") {
    throw mistake("open", open, "give yes");
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
    simple,
    accessFrom: isFile ? { kind: "file", path: access } : undefined,
  };
}

/** The policy of a server, where the files that it comes from may change. */
export function policyFile(
  from: AccessFrom,
  { simple, ...listen }: ListenOptions & Pick<AccessOptions, "simple">,
): FileContents<Policy> {
  return {
    read: async () => {
      const text = from.kind === "file" ? from.path : await accessIn(from.files, process.env);
      const policy = simplePolicy(simple, readPolicy(text));
      // It must be good all through before any thread hears of it.
      void new NodeGate(policy, () => undefined);
      closedWays(policy, listen);
      return policy;
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
    const value = isJson(access) ? {} : { value: access };
    throw new FlagMistake({ flag: "access", ...value, remedy: mistakes }, { cause });
  }
}

function parseTokenFlag(flag: Flag, values: FlagValues<Flag>): readonly Uint8Array[] {
  const text = values[flag];
  if (text === undefined) return [];
  const hashes = parseTokenHashes(text) ?? [];
  if (hashes.length > 0) return hashes;
  throw new FlagMistake({ flag, remedy: TOKEN_HASHES_REMEDY });
}
