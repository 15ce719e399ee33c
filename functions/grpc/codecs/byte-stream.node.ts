import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ReadRequest,
  ReadResponseSchema,
  WriteRequest,
  WriteResponseSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Pieces } from "../pieces.ts";
import { WireReader } from "./wire-reader.node.ts";
import { varintBytes, WireWriter } from "./wire-writer.node.ts";

const RESOURCE_NAME = (1 << 3) | 2;
const READ_OFFSET = 2 << 3;
const READ_LIMIT = 3 << 3;
const WRITE_OFFSET = 2 << 3;
const FINISH_WRITE = 3 << 3;
const DATA = (10 << 3) | 2;
const COMMITTED_SIZE = 1 << 3;

const nothing: Uint8Array<ArrayBuffer> = new Uint8Array();

export function decodeRead(bytes: Buffer<ArrayBuffer>): ReadRequest {
  const reader = new WireReader(bytes);
  let resourceName = "";
  let readOffset = 0n;
  let readLimit = 0n;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === RESOURCE_NAME) resourceName = reader.string();
    else if (tag === READ_OFFSET) readOffset = reader.int64();
    else if (tag === READ_LIMIT) readLimit = reader.int64();
    else reader.skip(tag);
  }
  return { $typeName: "google.bytestream.ReadRequest", resourceName, readOffset, readLimit };
}

/** The bytes of the blob go out as they are. */
export function encodeRead({
  data = nothing,
}: MessageInitShape<typeof ReadResponseSchema>): Pieces {
  if (data.byteLength === 0) return [];
  const writer = new WireWriter(1 + varintBytes(data.byteLength));
  writer.uint32(DATA).uint32(data.byteLength);
  return [writer.bytes, data];
}

export function decodeWrite(bytes: Buffer<ArrayBuffer>): WriteRequest {
  const reader = new WireReader(bytes);
  let resourceName = "";
  let writeOffset = 0n;
  let finishWrite = false;
  let data = nothing;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === DATA) data = reader.bytes();
    else if (tag === RESOURCE_NAME) resourceName = reader.string();
    else if (tag === WRITE_OFFSET) writeOffset = reader.int64();
    else if (tag === FINISH_WRITE) finishWrite = reader.bool();
    else reader.skip(tag);
  }
  return {
    $typeName: "google.bytestream.WriteRequest",
    resourceName,
    writeOffset,
    finishWrite,
    data,
  };
}

/** -1 takes ten bytes. */
export function encodeWrite({
  committedSize = 0n,
}: MessageInitShape<typeof WriteResponseSchema>): Pieces {
  if (committedSize === 0n) return [];
  if (committedSize < 0n) return [minusOne];
  const size = Number(committedSize);
  const writer = new WireWriter(1 + varintBytes(size));
  writer.uint32(COMMITTED_SIZE).uint53(size);
  return [writer.bytes];
}

const minusOne = Buffer.from("08ffffffffffffffffff01", "hex");
