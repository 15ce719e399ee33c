import { createHash } from "node:crypto";
import { secret } from "./secrets.node.ts";

/** Tokens that a test's server asks for. In base64 they have the digits in which its two alphabets differ. */
export const tokens: Readonly<Record<"write" | "read", string>> = {
  write: secret("write-~~~?>?~>?~"),
  read: secret("read-~~~?>?~>?~"),
};

/** The same as most servers know them. */
export const tokenHashes: typeof tokens = {
  write: sha256(tokens.write),
  read: sha256(tokens.read),
};

/** How a server's environment names them. */
export const tokenHashVariables: Readonly<Record<string, string>> = {
  HAYLOFT_TOKEN_SHA256: tokenHashes.write,
  HAYLOFT_READ_TOKEN_SHA256: tokenHashes.read,
};

/** A token beside these, for a policy that names its SHA-256. */
export function newToken(name: string): { readonly token: string; readonly sha256: string } {
  const token = secret(`token-${name}-${crypto.randomUUID()}`);
  return { token, sha256: sha256(token) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
