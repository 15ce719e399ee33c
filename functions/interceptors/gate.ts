import type { HandlerContext } from "@connectrpc/connect";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { RequestError } from "../../shared/request-error.ts";
import { toConnectError } from "../handlers/status.ts";

/** Throws UNAUTHENTICATED for a request that may not come in, by its headers. */
export type Gate = (header: Headers) => void;

/** The gate of RPCs: nothing of a request is read before it. */
export function rpcGate(gate: Gate): (context: HandlerContext) => void {
  return ({ requestHeader }) => {
    try {
      gate(requestHeader);
    } catch (error) {
      throw toConnectError(error);
    }
  };
}

/** Lets nobody in, and says why. */
export function closedGate(reason: string): Gate {
  return () => {
    throw new RequestError("unauthenticated", reason);
  };
}

/** Lets in who shows the token: as a bearer token, or as the password of basic authentication, with whatever name. */
export function tokenGate(token: string): Gate {
  return tokenHashGate([sha256(utf8ToBytes(token))]);
}

/** The same for any of several tokens, of which only the SHA-256 is known here. */
export function tokenHashGate(hashes: readonly Uint8Array[]): Gate {
  return (header) => {
    const shown = shownToken(header.get("authorization") ?? "");
    if (shown === undefined) {
      throw new RequestError(
        "unauthenticated",
        "this cache wants its token: send Authorization: Bearer TOKEN, or use https://any:TOKEN@HOST",
      );
    }
    const hash = sha256(utf8ToBytes(shown));
    if (hashes.some((expected) => isSame(hash, expected))) return;
    throw new RequestError("unauthenticated", "this is not the token of this cache");
  };
}

function shownToken(authorization: string): string | undefined {
  const { scheme, value } = /^(?<scheme>\w+) +(?<value>\S+) *$/.exec(authorization)?.groups ?? {};
  if (scheme?.toLowerCase() === "bearer") return value;
  return scheme?.toLowerCase() === "basic" ? passwordOf(value ?? "") : undefined;
}

function passwordOf(credentials: string): string | undefined {
  try {
    return /^[^:]*:(?<password>.*)$/s.exec(atob(credentials))?.groups?.["password"];
  } catch {
    return undefined;
  }
}

/** Takes as long for every pair of hashes: how far two are alike must not show. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}
