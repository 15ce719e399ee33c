import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type BatchReadBlobsRequest,
  type BatchReadBlobsResponseSchema,
  BatchReadBlobsResponse_ResponseSchema,
  type Compressor_Value,
  type Digest,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";
import type { Pieces } from "../pieces.ts";
import { DIGEST_BYTES, digestBytes, readDigest, writeDigest } from "./digest.node.ts";
import { compressorOf, digestFunctionOf } from "./open-enums.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

const INSTANCE_NAME = (1 << 3) | 2;
const DIGESTS = (2 << 3) | 2;
const ACCEPTABLE_COMPRESSORS = 3 << 3;
const PACKED_ACCEPTABLE_COMPRESSORS = (3 << 3) | 2;
const DIGEST_FUNCTION = 4 << 3;

const RESPONSES = (1 << 3) | 2;
const DIGEST = (1 << 3) | 2;
const DATA = (2 << 3) | 2;
const STATUS = (3 << 3) | 2;
const COMPRESSOR = 4 << 3;

/** From here on, a blob is a piece of its own: below, a copy costs less than one more piece. */
const OWN_PIECE_BYTES = 16 * 1024;

export function decodeBatchRead(bytes: Buffer<ArrayBuffer>): BatchReadBlobsRequest {
  const hashes = new HashWordsReader(bytes.length / DIGEST_BYTES);
  const reader = new WireReader(bytes);
  const digests: Digest[] = [];
  const acceptableCompressors: Compressor_Value[] = [];
  let instanceName = "";
  let digestFunction: DigestFunction_Value = DigestFunction_Value.UNKNOWN;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === DIGESTS) digests.push(readDigest(reader, hashes));
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
    digests,
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
  const entries = responses.map(partsOf);
  const ownBytes = entries.reduce((sum, { data, size }) => {
    const copied = isOwnPiece(data) ? size - data.byteLength : size;
    return sum + 1 + varintBytes(size) + copied;
  }, 0);
  const writer = new WireWriter(ownBytes);
  const pieces: Uint8Array[] = [];
  for (const { head, data, tail, size } of entries) {
    writer.uint32(RESPONSES).uint32(size);
    head(writer);
    if (isOwnPiece(data)) pieces.push(writer.take(), data);
    else writer.raw(data);
    writer.raw(tail);
  }
  pieces.push(writer.take());
  return pieces;
}

/** An entry as it is written: what comes before the blob, the blob, and what comes after it. */
interface Parts {
  readonly head: (writer: WireWriter) => void;
  readonly data: Uint8Array;
  readonly tail: Uint8Array;
  readonly size: number;
}

const nothing = new Uint8Array();
const okStatus = Buffer.from([STATUS, 0]);

function partsOf(entry: Entry): Parts {
  const { digest, data = nothing, status, compressor = 0 } = entry;
  if (digest === undefined || (status?.code ?? 0) !== 0) return failedParts(entry);
  const digestSize = digestBytes(digest);
  const dataHead = data.byteLength === 0 ? 0 : 1 + varintBytes(data.byteLength);
  const tail = compressor === 0 ? okStatus : Buffer.from([STATUS, 0, COMPRESSOR, compressor]);
  return {
    head: (writer) => {
      writer.uint32(DIGEST).uint32(digestSize);
      writeDigest(writer, digest);
      if (dataHead > 0) writer.uint32(DATA).uint32(data.byteLength);
    },
    data,
    tail,
    size: 1 + varintBytes(digestSize) + digestSize + dataHead + data.byteLength + tail.byteLength,
  };
}

/** The library writes what says why there is no blob. */
function failedParts(entry: Entry): Parts {
  const schema = BatchReadBlobsResponse_ResponseSchema;
  const tail = toBinary(schema, create(schema, entry));
  return { head: () => undefined, data: nothing, tail, size: tail.byteLength };
}

function isOwnPiece(data: Uint8Array): boolean {
  return data.byteLength >= OWN_PIECE_BYTES;
}
