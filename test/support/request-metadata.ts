import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { encodeBinaryHeader } from "@connectrpc/connect";
import { RequestMetadataSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

export const METADATA_HEADER = "build.bazel.remote.execution.v2.requestmetadata-bin";

/** As clients write it: in base64, without padding. */
export function metadataHeader(init: MessageInitShape<typeof RequestMetadataSchema>): string {
  return encodeBinaryHeader(create(RequestMetadataSchema, init), RequestMetadataSchema);
}
