import { expect } from "vitest";
import { type Digest, digestKey } from "../../shared/digest/digest.ts";
import { WordsDigest } from "../../shared/digest/words-digest.ts";

/** Digests are the same whether their hash was read as words or as text. */
function sameDigests(one: unknown, other: unknown): boolean | undefined {
  if (!(one instanceof WordsDigest) && !(other instanceof WordsDigest)) return undefined;
  return isDigest(one) && isDigest(other) && digestKey(one) === digestKey(other);
}

function isDigest(value: unknown): value is Digest {
  return (
    typeof value === "object" &&
    value !== null &&
    "function" in value &&
    "hash" in value &&
    "sizeBytes" in value
  );
}

expect.addEqualityTesters([sameDigests]);
