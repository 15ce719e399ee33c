import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  DigestFunction_Value,
  type FindMissingBlobsRequest,
  type FindMissingBlobsResponseSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { InWords } from "../../../shared/digest/words-digest-messages.ts";
import type { Pieces } from "../pieces.ts";
import { DigestListReader } from "./digest-list.node.ts";
import { digestBytes, writeDigest } from "./digest.node.ts";
import { digestFunctionOf } from "./open-enums.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const BLOB_DIGESTS = (2 << 3) | 2;
const DIGEST_FUNCTION = 3 << 3;

const MISSING_BLOB_DIGESTS = (2 << 3) | 2;

export function decodeFindMissing(bytes: Buffer<ArrayBuffer>): InWords<FindMissingBlobsRequest> {
  const reader = new WireReader(bytes);
  const blobDigests = new DigestListReader(bytes.length);
  let instanceName = "";
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === BLOB_DIGESTS) blobDigests.read(reader);
    else if (tag === INSTANCE_NAME) instanceName = reader.string();
    else if (tag === DIGEST_FUNCTION) digestFunction = digestFunctionOf(reader.enumeration());
    else reader.skip(tag);
  }
  return {
    $typeName: "build.bazel.remote.execution.v2.FindMissingBlobsRequest",
    instanceName,
    blobDigests: blobDigests.all,
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
