import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ActionResultSchema,
  DigestSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Digest } from "../../../shared/digest/digest.ts";

/** The digest of the one action of a benchmark; nobody asks for the action itself. */
export const actionDigest = { hash: "ac".repeat(32), sizeBytes: 142n } as const;

/** A result with one output file for each of the blobs. With eight of them, it has about 1 KB. */
export function actionResultOf(
  digests: readonly Digest[],
): MessageInitShape<typeof ActionResultSchema> {
  return {
    outputFiles: digests.map((digest, index) => ({
      path: `bazel-out/k8-fastbuild/bin/some/package/output_${index}.o`,
      digest: wireDigest(digest),
    })),
  };
}

export function wireDigest({ hash, sizeBytes }: Digest): MessageInitShape<typeof DigestSchema> {
  return { hash, sizeBytes: BigInt(sizeBytes) };
}
