import type { DigestFunction } from "../../shared/digest/digest-function.ts";
import { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** What the API says of a digest function. */
export interface FunctionRules {
  readonly value: DigestFunction_Value;
  /** What it is called in paths. */
  readonly token: DigestFunction;
  /** How many a hash has. */
  readonly digits: number;
  /** Whether paths have to name it, and requests to say it; they may not name the others. */
  readonly isNamed: boolean;
}

const { SHA256, SHA1, MD5, VSO, SHA384, SHA512, MURMUR3, SHA256TREE, BLAKE3, GITSHA1 } =
  DigestFunction_Value;

export const functionRules: readonly FunctionRules[] = [
  { value: SHA256, token: "sha256", digits: 64, isNamed: false },
  { value: SHA1, token: "sha1", digits: 40, isNamed: false },
  { value: MD5, token: "md5", digits: 32, isNamed: false },
  { value: VSO, token: "vso", digits: 66, isNamed: false },
  { value: SHA384, token: "sha384", digits: 96, isNamed: false },
  { value: SHA512, token: "sha512", digits: 128, isNamed: false },
  { value: MURMUR3, token: "murmur3", digits: 32, isNamed: false },
  { value: SHA256TREE, token: "sha256tree", digits: 64, isNamed: true },
  { value: BLAKE3, token: "blake3", digits: 64, isNamed: true },
  { value: GITSHA1, token: "gitsha1", digits: 40, isNamed: true },
];

export function rulesOf(digestFunction: DigestFunction_Value): FunctionRules {
  const rules = functionRules.find(({ value }) => value === digestFunction);
  if (rules === undefined) throw new Error(`the suite knows no function ${digestFunction}`);
  return rules;
}
