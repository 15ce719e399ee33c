import { type DigestFunction, digestFunctionOf } from "./digest-function.ts";

/** What a server offers unless told otherwise, in order of preference: all but MURMUR3, whose hashes could be MD5's. */
export const defaultFunctions: readonly DigestFunction[] = [
  "sha256",
  "blake3",
  "sha256tree",
  "sha512",
  "sha384",
  "vso",
  "gitsha1",
  "sha1",
  "md5",
];

/** The functions that a setting lists, as `sha256,blake3`. Throws what `mistake` makes of a remedy. */
export function parseFunctions(
  text: string,
  mistake: (remedy: string) => Error,
): readonly DigestFunction[] {
  const list = text.split(",").map((part) => {
    const name = digestFunctionOf(part.trim().toLowerCase());
    if (name === undefined) throw mistake(`give some of ${known}, with commas between`);
    return name;
  });
  if (new Set(list).size < list.length) throw mistake("give each function once");
  if (list.includes("md5") && list.includes("murmur3")) {
    throw mistake("give md5 or murmur3, not both: clients do not say which of them a hash is of");
  }
  return list;
}

const known = [...defaultFunctions, "murmur3"].join(", ");
