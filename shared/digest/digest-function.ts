import type { DigestFunction_Value } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** The REAPI's digest functions, by the lower-case name that resource names use. */
export type DigestFunction =
  | "sha256"
  | "sha1"
  | "md5"
  | "vso"
  | "sha384"
  | "sha512"
  | "murmur3"
  | "sha256tree"
  | "blake3"
  | "gitsha1";

export interface DigestFunctionFacts {
  /** The number of the function in the REAPI's messages. */
  readonly value: DigestFunction_Value;
  /** Hexadecimal digits in a hash. */
  readonly hashLength: number;
  /**
   * Whether requests must name the function. The others came first, are told apart by the length of their hashes, and
   * must not be named in resource names.
   */
  readonly named: boolean;
  /** The hash of zero bytes. */
  readonly emptyHash: string;
}

export const digestFunctions: Readonly<Record<DigestFunction, DigestFunctionFacts>> = {
  sha256: {
    value: 1,
    hashLength: 64,
    named: false,
    emptyHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  sha1: {
    value: 2,
    hashLength: 40,
    named: false,
    emptyHash: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  },
  md5: { value: 3, hashLength: 32, named: false, emptyHash: "d41d8cd98f00b204e9800998ecf8427e" },
  vso: {
    value: 4,
    hashLength: 66,
    named: false,
    emptyHash: "1e57cf2792a900d06c1cdfb3c453f35bc86f72788aa9724c96c929d1cc6b456a00",
  },
  sha384: {
    value: 5,
    hashLength: 96,
    named: false,
    emptyHash:
      "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da" +
      "274edebfe76f65fbd51ad2f14898b95b",
  },
  sha512: {
    value: 6,
    hashLength: 128,
    named: false,
    emptyHash:
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
      "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
  },
  murmur3: { value: 7, hashLength: 32, named: false, emptyHash: "0".repeat(32) },
  sha256tree: {
    value: 8,
    hashLength: 64,
    named: true,
    emptyHash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  blake3: {
    value: 9,
    hashLength: 64,
    named: true,
    emptyHash: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
  },
  gitsha1: {
    value: 10,
    hashLength: 40,
    named: true,
    emptyHash: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  },
};

/** The function that a path segment names, if the segment is a name that paths may carry. */
export function namedDigestFunction(segment: string): DigestFunction | undefined {
  return isDigestFunction(segment) && digestFunctions[segment].named ? segment : undefined;
}

/** The function of a lower-case name, whether or not paths may carry it. */
export function digestFunctionOf(name: string): DigestFunction | undefined {
  return isDigestFunction(name) ? name : undefined;
}

/** Every function, in no order that matters. */
export const allDigestFunctions: readonly DigestFunction[] =
  Object.keys(digestFunctions).filter(isDigestFunction);

function isDigestFunction(text: string): text is DigestFunction {
  return Object.hasOwn(digestFunctions, text);
}
