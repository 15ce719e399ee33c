import {
  type Digest,
  DigestFunction_Value,
  type GetActionResultRequest,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { DigestReader } from "./digest.node.ts";
import { digestFunctionOf } from "./open-enums.ts";
import { WireReader } from "./wire-reader.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const ACTION_DIGEST = (2 << 3) | 2;
const INLINE_STDOUT = 3 << 3;
const INLINE_STDERR = 4 << 3;
const INLINE_OUTPUT_FILES = (5 << 3) | 2;
const DIGEST_FUNCTION = 6 << 3;

export function decodeGetActionResult(bytes: Buffer<ArrayBuffer>): GetActionResultRequest {
  const digests = new DigestReader(1);
  const reader = new WireReader(bytes);
  const inlineOutputFiles: string[] = [];
  let actionDigest: Digest | undefined;
  let instanceName = "";
  let inlineStdout = false;
  let inlineStderr = false;
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === ACTION_DIGEST) actionDigest = digests.next(reader);
    else if (tag === INSTANCE_NAME) instanceName = reader.string();
    else if (tag === DIGEST_FUNCTION) digestFunction = digestFunctionOf(reader.enumeration());
    else if (tag === INLINE_STDOUT) inlineStdout = reader.bool();
    else if (tag === INLINE_STDERR) inlineStderr = reader.bool();
    else if (tag === INLINE_OUTPUT_FILES) inlineOutputFiles.push(reader.string());
    else reader.skip(tag);
  }
  const request: GetActionResultRequest = {
    $typeName: "build.bazel.remote.execution.v2.GetActionResultRequest",
    instanceName,
    inlineStdout,
    inlineStderr,
    inlineOutputFiles,
    digestFunction,
  };
  // To spread it in would take several times as long.
  if (actionDigest !== undefined) request.actionDigest = actionDigest;
  return request;
}
