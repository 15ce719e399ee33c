import { createHash } from "node:crypto";

/** Tokens that a test's server asks for. In base64 they have the digits in which its two alphabets differ. */
export const tokens: Readonly<Record<"write" | "read", string>> = {
  write: "write-~~~?>?~>?~",
  read: "read-~~~?>?~>?~",
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

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
