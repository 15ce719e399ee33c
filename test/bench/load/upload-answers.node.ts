import { fromBinary } from "@bufbuild/protobuf";
import { BatchUpdateBlobsResponseSchema } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { WriteResponseSchema } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { UploadPlan } from "./upload-plan.ts";

const ENVELOPE_BYTES = 5;

/** Throws unless the server says that it has all of what the request brought. */
export function checkAnswer({ kind, sizeBytes, blobsPerRequest }: UploadPlan, body: Buffer): void {
  if (kind === "put") return;
  // An error comes without a message.
  if (body.byteLength === 0) throw new Error("the server has refused an upload");
  const message = body.subarray(ENVELOPE_BYTES);
  if (kind === "write") {
    const { committedSize } = fromBinary(WriteResponseSchema, message);
    if (committedSize === BigInt(sizeBytes)) return;
    throw new Error(`the server has ${committedSize} bytes of a blob of ${sizeBytes}`);
  }
  const { responses } = fromBinary(BatchUpdateBlobsResponseSchema, message);
  const stored = responses.filter(({ status }) => (status?.code ?? 0) === 0);
  if (stored.length === blobsPerRequest) return;
  const messages = new Set(responses.map(({ status }) => status?.message ?? ""));
  throw new Error(`the server has refused a part of a batch: ${[...messages].join("; ")}`);
}
