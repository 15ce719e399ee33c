import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type BatchReadBlobsRequest,
  type BatchReadBlobsResponseSchema,
  BatchReadBlobsResponse_ResponseSchema,
  type Compressor_Value,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { InWords } from "../../../shared/digest/words-digest-messages.ts";
import type { Pieces } from "../pieces.ts";
import { encodeEntries, type EntryCodec } from "./batch-answer.node.ts";
import { DigestListReader } from "./digest-list.node.ts";
import { digestBytes, writeDigest } from "./digest.node.ts";
import { compressorOf, digestFunctionOf } from "./open-enums.ts";
import { addContents, isOwnPiece } from "./own-piece.node.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, type WireWriter } from "./wire-writer.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const DIGESTS = (2 << 3) | 2;
const ACCEPTABLE_COMPRESSORS = 3 << 3;
const PACKED_ACCEPTABLE_COMPRESSORS = (3 << 3) | 2;
const DIGEST_FUNCTION = 4 << 3;

const DIGEST = (1 << 3) | 2;
const DATA = (2 << 3) | 2;
const STATUS = (3 << 3) | 2;
const COMPRESSOR = 4 << 3;

export function decodeBatchRead(bytes: Buffer<ArrayBuffer>): InWords<BatchReadBlobsRequest> {
  const reader = new WireReader(bytes);
  const digests = new DigestListReader(bytes.length);
  const acceptableCompressors: Compressor_Value[] = [];
  let instanceName = "";
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === DIGESTS) digests.read(reader);
    else if (tag === INSTANCE_NAME) instanceName = reader.string();
    else if (tag === DIGEST_FUNCTION) digestFunction = digestFunctionOf(reader.enumeration());
    else if (tag === ACCEPTABLE_COMPRESSORS)
      acceptableCompressors.push(compressorOf(reader.enumeration()));
    else if (tag === PACKED_ACCEPTABLE_COMPRESSORS) {
      readPacked(reader, acceptableCompressors);
    } else reader.skip(tag);
  }
  return {
    $typeName: "build.bazel.remote.execution.v2.BatchReadBlobsRequest",
    instanceName,
    digests: digests.all,
    acceptableCompressors,
    digestFunction,
  };
}

function readPacked(reader: WireReader, compressors: Compressor_Value[]): void {
  const outerEnd = reader.enter();
  while (!reader.isAtEnd) compressors.push(compressorOf(reader.enumeration()));
  reader.leave(outerEnd);
}

type Answer = MessageInitShape<typeof BatchReadBlobsResponseSchema>;
type Entry = MessageInitShape<typeof BatchReadBlobsResponse_ResponseSchema>;

export function encodeBatchRead({ responses = [] }: Answer): Pieces {
  return encodeEntries(responses, entryCodec);
}

const entryCodec: EntryCodec<Entry> = {
  encodeFailed: (entry) => {
    const schema = BatchReadBlobsResponse_ResponseSchema;
    return toBinary(schema, create(schema, entry));
  },
  byteLength: foundBytes,
  apartBytes: ({ data = nothing }) => (isOwnPiece(data) ? data.byteLength : 0),
  write: writeFound,
};

const nothing = new Uint8Array();

function foundBytes({ digest = {}, data = nothing, compressor = 0 }: Entry): number {
  const ofDigest = digestBytes(digest);
  const { byteLength } = data;
  return (
    1 +
    varintBytes(ofDigest) +
    ofDigest +
    (byteLength === 0 ? 0 : 1 + varintBytes(byteLength) + byteLength) +
    2 +
    (compressor === 0 ? 0 : 2)
  );
}

/** A large blob goes among the pieces, behind what was written before it. */
function writeFound(
  { digest = {}, data = nothing, compressor = 0 }: Entry,
  writer: WireWriter,
  pieces: Uint8Array[],
): void {
  writer.uint32(DIGEST).uint32(digestBytes(digest));
  writeDigest(writer, digest);
  if (data.byteLength > 0) writer.uint32(DATA).uint32(data.byteLength);
  addContents(writer, data, pieces);
  writer.uint32(STATUS).uint32(0);
  if (compressor !== 0) writer.uint32(COMPRESSOR).uint32(compressor);
}
