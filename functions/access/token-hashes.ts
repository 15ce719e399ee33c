import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** What a setting of `parseTokenHashes` has to look like. It is not quoted: somebody may have put the token itself there. */
export const TOKEN_HASHES_REMEDY =
  "give the SHA-256 of each token, as 64 lower-case hexadecimal digits, not of an empty one";

export function tokenHash(token: string): Uint8Array {
  return sha256(utf8ToBytes(token));
}

/** SHA-256 in hexadecimal, separated by commas or spaces; `undefined` where something else is among them. */
export function parseTokenHashes(text: string): readonly Uint8Array[] | undefined {
  const hashes = text.split(/[\s,]+/).filter((hash) => hash !== "");
  return hashes.every(isTokenHash) ? hashes.map((hash) => hexToBytes(hash)) : undefined;
}

/** Whether it can be the SHA-256 of a token. That of nothing is what a script makes of a variable that it forgot to set. */
export function isTokenHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text) && text !== EMPTY;
}

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
