import { fromBinary } from "@bufbuild/protobuf";
import {
  type ActionResult,
  ActionResultSchema,
} from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** Bytes that were checked when they were written: where they no longer decode they are damaged, and worth a miss. */
export function decodeActionResult(bytes: Uint8Array): ActionResult | undefined {
  try {
    return fromBinary(ActionResultSchema, bytes);
  } catch {
    return undefined;
  }
}
