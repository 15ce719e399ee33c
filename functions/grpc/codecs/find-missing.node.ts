import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type Digest,
  DigestFunction_Value,
  type FindMissingBlobsRequest,
  type FindMissingBlobsResponseSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";
import type { Pieces } from "../pieces.ts";
import { DIGEST_BYTES, digestBytes, readDigest, writeDigest } from "./digest.node.ts";
import { digestFunctionOf } from "./open-enums.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const BLOB_DIGESTS = (2 << 3) | 2;
const DIGEST_FUNCTION = 3 << 3;

const MISSING_BLOB_DIGESTS = (2 << 3) | 2;

export function decodeFindMissing(bytes: Buffer<ArrayBuffer>): FindMissingBlobsRequest {
  const hashes = new HashWordsReader(bytes.length / DIGEST_BYTES);
  const reader = new WireReader(bytes);
  const blobDigests: Digest[] = [];
  let instanceName = "";
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === BLOB_DIGESTS) blobDigests.push(readDigest(reader, hashes));
    else if (tag === INSTANCE_NAME) instanceName = reader.string();
    else if (tag === DIGEST_FUNCTION) digestFunction = digestFunctionOf(reader.enumeration());
    else reader.skip(tag);
  }
  return {
    $typeName: "build.bazel.remote.execution.v2.FindMissingBlobsRequest",
    instanceName,
    blobDigests,
    digestFunction,
  };
}

type Answer = MessageInitShape<typeof FindMissingBlobsResponseSchema>;

export function encodeFindMissing({ missingBlobDigests = [] }: Answer): Pieces {
  if (missingBlobDigests.length === 0) return [];
  const sizes = missingBlobDigests.map(digestBytes);
  const writer = new WireWriter(sizes.reduce((sum, size) => sum + 1 + varintBytes(size) + size, 0));
  missingBlobDigests.forEach((digest, index) => {
    writer.uint32(MISSING_BLOB_DIGESTS).uint32(sizes[index] ?? 0);
    writeDigest(writer, digest);
  });
  return [writer.bytes];
}
