import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type BatchUpdateBlobsRequest,
  type BatchUpdateBlobsRequest_Request,
  type BatchUpdateBlobsResponseSchema,
  BatchUpdateBlobsResponse_ResponseSchema,
  Compressor_Value,
  type Digest,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { limits } from "../../../shared/limits.ts";
import type { Pieces } from "../pieces.ts";
import { encodeEntries, type EntryCodec } from "./batch-answer.node.ts";
import { digestBytes, DigestReader, writeDigest } from "./digest.node.ts";
import { compressorOf, digestFunctionOf } from "./open-enums.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, type WireWriter } from "./wire-writer.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const REQUESTS = (2 << 3) | 2;
const DIGEST_FUNCTION = 5 << 3;

/** Room is made for so many hashes at a time. */
const HASHES_AT_ONCE = 64;

const DIGEST = (1 << 3) | 2;
const DATA = (2 << 3) | 2;
const COMPRESSOR = 3 << 3;

const STATUS = (2 << 3) | 2;

export function decodeBatchUpdate(bytes: Buffer<ArrayBuffer>): BatchUpdateBlobsRequest {
  const digests = new DigestReader(HASHES_AT_ONCE);
  const reader = new WireReader(bytes);
  const requests: BatchUpdateBlobsRequest_Request[] = [];
  let instanceName = "";
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === REQUESTS && requests.length <= limits.batchEntries) {
      requests.push(readRequest(reader, digests));
    } else if (tag === REQUESTS) {
      // So many are refused: they only count.
      requests.push(oneTooMany);
      reader.skip(tag);
    } else if (tag === INSTANCE_NAME) instanceName = reader.string();
    else if (tag === DIGEST_FUNCTION) digestFunction = digestFunctionOf(reader.enumeration());
    else reader.skip(tag);
  }
  return {
    $typeName: "build.bazel.remote.execution.v2.BatchUpdateBlobsRequest",
    instanceName,
    requests,
    digestFunction,
  };
}

const nothing: Uint8Array<ArrayBuffer> = new Uint8Array();

const oneTooMany: BatchUpdateBlobsRequest_Request = {
  $typeName: "build.bazel.remote.execution.v2.BatchUpdateBlobsRequest.Request",
  data: nothing,
  compressor: Compressor_Value.IDENTITY,
};

function readRequest(
  reader: WireReader<ArrayBuffer>,
  digests: DigestReader,
): BatchUpdateBlobsRequest_Request {
  let digest: Digest | undefined;
  let data = nothing;
  let compressor: Compressor_Value = Compressor_Value.IDENTITY;
  const outerEnd = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === DATA) data = reader.bytes();
    else if (tag === DIGEST) digest = digests.next(reader);
    else if (tag === COMPRESSOR) compressor = compressorOf(reader.enumeration());
    else reader.skip(tag);
  }
  reader.leave(outerEnd);
  return {
    $typeName: "build.bazel.remote.execution.v2.BatchUpdateBlobsRequest.Request",
    ...(digest === undefined ? {} : { digest }),
    data,
    compressor,
  };
}

type Answer = MessageInitShape<typeof BatchUpdateBlobsResponseSchema>;
type Entry = MessageInitShape<typeof BatchUpdateBlobsResponse_ResponseSchema>;

export function encodeBatchUpdate({ responses = [] }: Answer): Pieces {
  return encodeEntries(responses, entryCodec);
}

const entryCodec: EntryCodec<Entry> = {
  encodeFailed: (entry) => {
    const schema = BatchUpdateBlobsResponse_ResponseSchema;
    return toBinary(schema, create(schema, entry));
  },
  byteLength: storedBytes,
  apartBytes: () => 0,
  write: writeStored,
};

function storedBytes({ digest }: Entry): number {
  const bytes = digestBytes(digest ?? {});
  return 1 + varintBytes(bytes) + bytes + 2;
}

function writeStored({ digest = {} }: Entry, writer: WireWriter): void {
  writer.uint32(DIGEST).uint32(digestBytes(digest));
  writeDigest(writer, digest);
  writer.uint32(STATUS).uint32(0);
}
