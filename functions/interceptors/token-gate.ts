import { sha256 } from "@noble/hashes/sha2.js";
import { RequestError } from "../../shared/request-error.ts";
import { allRights, anonymous, type Principal, readRights } from "../../shared/stores/call.ts";
import type { Gate } from "./gate.ts";
import { rememberCallers } from "./known-callers.ts";
import { shownToken } from "./shown-token.ts";

/** Whom a deployment lets in. Of tokens only the SHA-256 is known. */
export interface Access {
  /** Whether everybody may come in, and do everything. */
  readonly isOpen: boolean;
  /** Who shows one of these may do everything. */
  readonly tokenHashes: readonly Uint8Array[];
  /** Who shows one of these may read. */
  readonly readTokenHashes: readonly Uint8Array[];
}

const writer: Principal = { subject: "the holder of a token", rights: allRights };
const reader: Principal = { subject: "the holder of a read-only token", rights: readRights };

/** The gate of a deployment. `remedy` is for who finds it closed, because there is no token at all. */
export function gateOf({ isOpen, tokenHashes, readTokenHashes }: Access, remedy: string): Gate {
  if (isOpen) return () => anonymous;
  const holders = [
    ...tokenHashes.map((hash) => ({ hash, principal: writer })),
    ...readTokenHashes.map((hash) => ({ hash, principal: reader })),
  ];
  if (holders.length === 0) {
    return () => {
      throw unauthenticated(`this cache has no token yet, and lets nobody in: ${remedy}`);
    };
  }
  return rememberCallers((header) => {
    const shown = shownToken(header.get("authorization") ?? "");
    if (shown === undefined) {
      throw unauthenticated(
        "this cache wants its token: send Authorization: Bearer TOKEN, or use https://any:TOKEN@HOST",
      );
    }
    const hash = sha256(shown);
    const holder = holders.find((each) => isSame(hash, each.hash));
    if (holder === undefined) throw unauthenticated("this is not the token of this cache");
    return holder.principal;
  });
}

function unauthenticated(message: string): RequestError {
  return new RequestError("unauthenticated", message);
}

/** Takes as long for every pair of hashes: how far two are alike must not show. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}
