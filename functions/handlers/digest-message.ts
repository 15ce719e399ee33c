import { create } from "@bufbuild/protobuf";
import type { Digest } from "../../shared/digest/digest.ts";
import { WordsDigestMessage } from "../../shared/digest/words-digest.ts";
import {
  type Digest as DigestMessage,
  DigestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** A digest as messages carry it. */
export function digestMessage(digest: Digest): DigestMessage {
  const { hashWords } = digest;
  if (hashWords !== undefined) return new WordsDigestMessage(hashWords, digest.sizeBytes);
  return create(DigestSchema, { hash: digest.hash, sizeBytes: BigInt(digest.sizeBytes) });
}
