import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Hasher } from "./hasher.ts";

/** GITSHA1, which Git calls a file's contents by: SHA-1 of a header with the size, and of the bytes. */
export function gitSha1(sha1: Hasher, sizeBytes: number): Hasher {
  sha1.update(utf8ToBytes(`blob ${sizeBytes}\0`));
  return sha1;
}
