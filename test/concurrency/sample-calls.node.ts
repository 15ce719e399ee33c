import {
  BatchUpdateBlobsRequestSchema,
  BatchUpdateBlobsResponseSchema,
  ContentAddressableStorage,
  FindMissingBlobsRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
  ReadResponseSchema,
  WriteRequestSchema,
  WriteResponseSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { type Blob, blobOf } from "../conformance/blobs.ts";
import { readName, writeName } from "../conformance/streams.ts";
import { bytesOf, KIB } from "../support/bytes.ts";
import { encode, envelope, pathOf } from "../support/raw-grpc.node.ts";

/** A call as the bytes that go and the bytes that must come. */
export interface SampleCall {
  readonly path: string;
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** What the server must hold before the calls. */
export const sharedBlob: Blob = blobOf(bytesOf(4 * KIB, 77));

const { findMissingBlobs, batchUpdateBlobs } = ContentAddressableStorage.method;
const { read, write } = ByteStream.method;

/** The calls of a build, in turn: two that look at the shared blob, and two that upload a blob of their own. */
export function sampleCall(index: number): SampleCall {
  const own = (): Blob => blobOf(bytesOf(KIB, index + 100));
  switch (index % 4) {
    case 0:
      return findShared();
    case 1:
      return readShared();
    case 2:
      return writeOwn(own());
    default:
      return batchOwn(own());
  }
}

function findShared(): SampleCall {
  const { digest } = sharedBlob;
  return {
    path: pathOf(findMissingBlobs),
    request: envelope(encode(FindMissingBlobsRequestSchema, { blobDigests: [digest] })),
    answer: envelope(new Uint8Array()),
  };
}

function readShared(): SampleCall {
  const { data } = sharedBlob;
  return {
    path: pathOf(read),
    request: envelope(encode(ReadRequestSchema, { resourceName: readName("", sharedBlob) })),
    answer: envelope(encode(ReadResponseSchema, { data })),
  };
}

function writeOwn(blob: Blob): SampleCall {
  const { data, digest } = blob;
  const resourceName = writeName("", blob);
  return {
    path: pathOf(write),
    request: envelope(encode(WriteRequestSchema, { resourceName, data, finishWrite: true })),
    answer: envelope(encode(WriteResponseSchema, { committedSize: digest.sizeBytes })),
  };
}

function batchOwn({ data, digest }: Blob): SampleCall {
  const responses = [{ digest, status: {} }];
  return {
    path: pathOf(batchUpdateBlobs),
    request: envelope(encode(BatchUpdateBlobsRequestSchema, { requests: [{ digest, data }] })),
    answer: envelope(encode(BatchUpdateBlobsResponseSchema, { responses })),
  };
}
