import {
  BatchReadBlobsRequestSchema,
  ContentAddressableStorage,
  FindMissingBlobsRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Blob, blobOf } from "../conformance/blobs.ts";
import { uploadOf, writeName } from "../conformance/streams.ts";
import { bytesOf } from "../support/bytes.ts";
import { callFrames, type Frame } from "../support/http2-frames.node.ts";
import { encode, envelope, pathOf } from "../support/raw-grpc.node.ts";

/** A digest whose bytes are never sent: whoever finds it stored has found a hole. */
export const canary: Blob = blobOf(bytesOf(3000, 666));

/** Bytes that travel under the canary's digest. */
export const otherBytes = bytesOf(3000, 667);

const { findMissingBlobs, batchReadBlobs } = ContentAddressableStorage.method;

/** The frames of a client that calls several RPCs on one connection, all in order but for the canary's bytes. */
export function sampleFrames(): Frame[] {
  const messages = [...uploadOf(writeName("", canary), { data: otherBytes }, 1000)];
  const blobDigests = [canary.digest];
  return [
    ...callFrames(
      pathOf(ByteStream.method.write),
      messages.map((message) => envelope(encode(WriteRequestSchema, message))),
      1,
    ),
    ...callFrames(
      pathOf(findMissingBlobs),
      [envelope(encode(FindMissingBlobsRequestSchema, { blobDigests }))],
      3,
    ),
    ...callFrames(
      pathOf(batchReadBlobs),
      [envelope(encode(BatchReadBlobsRequestSchema, { digests: blobDigests }))],
      5,
    ),
  ];
}
