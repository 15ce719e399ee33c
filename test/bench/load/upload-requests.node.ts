import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  BatchUpdateBlobsRequestSchema,
  ContentAddressableStorage,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  WriteRequestSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Digest } from "../../../shared/digest/digest.ts";
import { envelope, pathOf } from "../../support/raw-grpc.node.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { lengthOf, type Pieces } from "./pieces.node.ts";
import { type UploadPlan, WRITE_MESSAGE_BYTES } from "./upload-plan.ts";

/** Where the uploads of a plan go, if that is the same for all of them. */
export const uploadPaths: Readonly<Record<"write" | "batch", string>> = {
  write: pathOf(ByteStream.method.write),
  batch: pathOf(ContentAddressableStorage.method.batchUpdateBlobs),
};

/** Every upload of the plan, each of blobs of its own. */
export function prepareUploads(plan: UploadPlan): readonly Pieces[] {
  const { requests, blobsPerRequest, sizeBytes } = plan;
  const made = new MadeUpBlobs(sizeBytes, requests * blobsPerRequest, plan.firstBlob);
  return Array.from({ length: requests }, (_, request) => {
    const first = request * blobsPerRequest;
    if (plan.kind === "batch") return batchOf(made, first, blobsPerRequest);
    const digest = made.digests[first];
    if (digest === undefined) throw new Error("a blob was not made");
    const pieces = made.pieces(first);
    return plan.kind === "put" ? putOf(digest, pieces, plan) : writeOf(digest, pieces);
  });
}

function batchOf(made: MadeUpBlobs, first: number, count: number): Pieces {
  const entries = made.digests.slice(first, first + count).map(({ hash, sizeBytes }, index) => ({
    digest: { hash, sizeBytes: BigInt(sizeBytes) },
    data: Buffer.concat(made.pieces(first + index)),
  }));
  const message = create(BatchUpdateBlobsRequestSchema, {
    requests: entries,
    digestFunction: DigestFunction_Value.SHA256,
  });
  return [envelope(toBinary(BatchUpdateBlobsRequestSchema, message))];
}

function putOf({ hash, sizeBytes }: Digest, pieces: Pieces, { authorization }: UploadPlan): Pieces {
  const head = [
    `PUT /cas/${hash} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: ${authorization}`,
    `Content-Length: ${sizeBytes}`,
  ];
  return [Buffer.from(`${head.join("\r\n")}\r\n\r\n`), ...pieces];
}

/** Messages around the pieces, whose bytes stay where they are. */
function writeOf({ hash, sizeBytes }: Digest, pieces: Pieces): Pieces {
  let offset = 0;
  return inMessages(pieces).flatMap((data) => {
    const length = lengthOf(data);
    const message = create(WriteRequestSchema, {
      resourceName: offset === 0 ? `uploads/${crypto.randomUUID()}/blobs/${hash}/${sizeBytes}` : "",
      writeOffset: BigInt(offset),
      finishWrite: offset + length === sizeBytes,
    });
    offset += length;
    const fields = Buffer.concat([
      toBinary(WriteRequestSchema, message),
      new BinaryWriter()
        .tag(WriteRequestSchema.field.data.number, WireType.LengthDelimited)
        .uint32(length)
        .finish(),
    ]);
    const header = Buffer.alloc(5);
    header.writeUInt32BE(fields.byteLength + length, 1);
    return [Buffer.concat([header, fields]), ...data];
  });
}

/** The same pieces, together as one message holds them. */
function inMessages(pieces: Pieces): readonly Pieces[] {
  const messages: Buffer[][] = [];
  let bytes = WRITE_MESSAGE_BYTES;
  for (const piece of pieces) {
    if (bytes + piece.byteLength > WRITE_MESSAGE_BYTES) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)?.push(piece);
    bytes += piece.byteLength;
  }
  return messages;
}
