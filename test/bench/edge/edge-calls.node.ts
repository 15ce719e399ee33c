import { createHash } from "node:crypto";
import { blake3 } from "@noble/hashes/blake3.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import {
  ActionCache,
  BatchReadBlobsRequestSchema,
  BatchUpdateBlobsRequestSchema,
  ContentAddressableStorage,
  DigestFunction_Value,
  FindMissingBlobsRequestSchema,
  GetActionResultRequestSchema,
  UpdateActionResultRequestSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
  WriteRequestSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { KIB, MIB } from "../../support/bytes.ts";
import { encode, envelope } from "../../support/raw-grpc.node.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { actionDigest, actionResultOf, wireDigest } from "../work/action.ts";
import { type EdgeCall, type EdgeRequest, get, post, put } from "./edge-request.node.ts";

const digestFunction = DigestFunction_Value.SHA256;

/** What a client puts into one message of a stream. */
const MESSAGE_BYTES = 64 * KIB;

const small = new MadeUpBlobs(2 * KIB, 500);
const large = new MadeUpBlobs(MIB, 1);

const cas = ContentAddressableStorage.method;
const proto = "application/proto";
const grpcWeb = "application/grpc-web+proto";
const streamed = "application/connect+proto";

/** What has to be there before any call is measured. */
export function fillRequests(): readonly EdgeRequest[] {
  const [first, second] = [0, 250].map((at) =>
    small.digests.slice(at, at + 250).map((_, n) => at + n),
  );
  const actionResult = actionResultOf(small.digests.slice(0, 8));
  return [
    ...[first, second].map((indices) => batchUpdate(small, indices ?? [])),
    httpPut(large),
    post(
      ActionCache.method.updateActionResult,
      proto,
      encode(UpdateActionResultRequestSchema, { actionDigest, actionResult, digestFunction }),
    ),
  ];
}

/** Each with what one call sends, by its number: uploads bring new blobs each time. */
export function edgeCalls(): readonly EdgeCall[] {
  const findMissing = encode(FindMissingBlobsRequestSchema, {
    blobDigests: small.digests.map(wireDigest),
    digestFunction,
  });
  const getActionResult = encode(GetActionResultRequestSchema, { actionDigest, digestFunction });
  const batchRead = encode(BatchReadBlobsRequestSchema, {
    digests: small.digests.slice(0, 100).map(wireDigest),
    digestFunction,
  });
  const [blob] = large.digests;
  const read = envelope(
    encode(ReadRequestSchema, { resourceName: `blobs/${blob?.hash ?? ""}/${MIB}` }),
  );
  return [
    {
      name: "FindMissingBlobs, 500",
      request: () => post(cas.findMissingBlobs, proto, findMissing),
    },
    {
      name: "FindMissingBlobs, 500, gRPC-Web",
      request: () => post(cas.findMissingBlobs, grpcWeb, envelope(findMissing)),
    },
    {
      name: "GetActionResult, 1 KB",
      request: () => post(ActionCache.method.getActionResult, proto, getActionResult),
    },
    {
      name: "GetActionResult, 1 KB, gRPC-Web",
      request: () => post(ActionCache.method.getActionResult, grpcWeb, envelope(getActionResult)),
    },
    {
      name: "BatchReadBlobs, 100 x 2 KiB",
      request: () => post(cas.batchReadBlobs, proto, batchRead),
    },
    {
      name: "BatchUpdateBlobs, 100 x 2 KiB",
      request: (call) => batchUpdate(fresh(2 * KIB, 100, call), small.digests.slice(0, 100).keys()),
    },
    { name: "HTTP GET, 1 MiB", request: () => get(`/cas/${blob?.hash ?? ""}`) },
    { name: "HTTP PUT, 1 MiB", request: (call) => httpPut(fresh(MIB, 1, call)) },
    { name: "HTTP PUT, 1 MiB, BLAKE3", request: (call) => httpPutBlake3(fresh(MIB, 1, call)) },
    { name: "ByteStream.Read, 1 MiB", request: () => post(ByteStream.method.read, streamed, read) },
    {
      name: "ByteStream.Read, 1 MiB, gRPC-Web",
      request: () => post(ByteStream.method.read, grpcWeb, read),
    },
    {
      name: "ByteStream.Write, 1 MiB",
      // Other blobs than those of the PUTs.
      request: (call) =>
        post(ByteStream.method.write, streamed, written(fresh(MIB, 1, call + 100_000))),
    },
  ];
}

/** Blobs that no call before has sent. */
function fresh(sizeBytes: number, count: number, call: number): MadeUpBlobs {
  return new MadeUpBlobs(sizeBytes, count, 1000 + call * count);
}

function batchUpdate(made: MadeUpBlobs, indices: Iterable<number>): EdgeRequest {
  const requests = [...indices].map((index) => {
    const data = Buffer.concat(made.pieces(index));
    const hash = createHash("sha256").update(data).digest("hex");
    return { digest: { hash, sizeBytes: BigInt(data.byteLength) }, data };
  });
  const message = encode(BatchUpdateBlobsRequestSchema, { requests, digestFunction });
  return post(cas.batchUpdateBlobs, proto, message);
}

function httpPut(made: MadeUpBlobs): EdgeRequest {
  return put(`/cas/${made.digests[0]?.hash ?? ""}`, Buffer.concat(made.pieces(0)));
}

function httpPutBlake3(made: MadeUpBlobs): EdgeRequest {
  const blob = Buffer.concat(made.pieces(0));
  return put(`/blake3/cas/${bytesToHex(blake3(blob))}`, blob);
}

/** The messages of an upload by ByteStream. */
function written(made: MadeUpBlobs): Buffer {
  const blob = Buffer.concat(made.pieces(0));
  const resourceName = `uploads/${crypto.randomUUID()}/blobs/${made.digests[0]?.hash ?? ""}/${blob.byteLength}`;
  const messages: Buffer[] = [];
  for (let at = 0; at < blob.byteLength; at += MESSAGE_BYTES) {
    const data = blob.subarray(at, at + MESSAGE_BYTES);
    const finishWrite = at + data.byteLength === blob.byteLength;
    const message = { resourceName, writeOffset: BigInt(at), data, finishWrite };
    messages.push(envelope(encode(WriteRequestSchema, message)));
  }
  return Buffer.concat(messages);
}
