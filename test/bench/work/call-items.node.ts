import { fromBinary } from "@bufbuild/protobuf";
import {
  ActionCache,
  ActionResultSchema,
  BatchReadBlobsRequestSchema,
  BatchReadBlobsResponseSchema,
  ContentAddressableStorage,
  DigestFunction_Value,
  FindMissingBlobsRequestSchema,
  FindMissingBlobsResponseSchema,
  GetActionResultRequestSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  ReadRequestSchema,
  ReadResponseSchema,
} from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { KIB } from "../../support/bytes.ts";
import { encode, pathOf } from "../../support/raw-grpc.node.ts";
import type { Width } from "../load/load.ts";
import type { MadeUpBlobs } from "../made-up-blobs.node.ts";
import { sizeText } from "../../support/units.ts";
import { actionDigest, wireDigest } from "./action.ts";
import type { CallWork } from "./work-item.node.ts";

const digestFunction = DigestFunction_Value.SHA256;

/** All of the blobs are there. */
export function findMissing(blobs: number, width: Width, goal: number): CallWork {
  return {
    kind: "call",
    name: `FindMissingBlobs, ${blobs.toLocaleString("en")} digest${blobs === 1 ? "" : "s"}`,
    unit: "req/s",
    goal,
    sizeBytes: 2 * KIB,
    blobs,
    width,
    latency: blobs < 1000,
    path: pathOf(ContentAddressableStorage.method.findMissingBlobs),
    needsAction: false,
    request: ({ digests }) =>
      encode(FindMissingBlobsRequestSchema, {
        blobDigests: digests.map(wireDigest),
        digestFunction,
      }),
    check: (messages) => {
      const [answer] = messages.map((one) => fromBinary(FindMissingBlobsResponseSchema, one));
      const missing = answer?.missingBlobDigests.length;
      expectSame("missing blobs", missing, 0);
    },
  };
}

/** With eight outputs, whose presence is checked. */
export function getActionResult(goal: number): CallWork {
  return {
    kind: "call",
    name: "GetActionResult, 1 KB",
    unit: "req/s",
    goal,
    sizeBytes: 2 * KIB,
    blobs: 8,
    width: { connections: 1, streams: 100 },
    latency: true,
    path: pathOf(ActionCache.method.getActionResult),
    needsAction: true,
    request: () => encode(GetActionResultRequestSchema, { actionDigest, digestFunction }),
    check: (messages, { digests }) => {
      const [result] = messages.map((one) => fromBinary(ActionResultSchema, one));
      const found = result?.outputFiles.map(({ digest }) => digest?.hash).join(" ");
      expectSame("outputs", found, digests.map(({ hash }) => hash).join(" "));
    },
  };
}

export function batchRead(blobs: number, goal: number): CallWork {
  return {
    kind: "call",
    name: `BatchReadBlobs, ${blobs} x 2 KiB`,
    unit: "req/s",
    goal,
    sizeBytes: 2 * KIB,
    blobs,
    width: { connections: 1, streams: 16 },
    latency: true,
    path: pathOf(ContentAddressableStorage.method.batchReadBlobs),
    needsAction: false,
    request: ({ digests }) =>
      encode(BatchReadBlobsRequestSchema, { digests: digests.map(wireDigest), digestFunction }),
    check: (messages, made) => {
      const [answer] = messages.map((one) => fromBinary(BatchReadBlobsResponseSchema, one));
      const found = new Map(answer?.responses.map(({ digest, data }) => [digest?.hash, data]));
      for (const [index, { hash }] of made.digests.entries()) {
        expectBytes(found.get(hash) ?? Buffer.alloc(0), made, index);
      }
    },
  };
}

export function read(sizeBytes: number, streams: number, goal: number): CallWork {
  return {
    kind: "call",
    name: `ByteStream.Read, ${sizeText(sizeBytes)}`,
    unit: "MB/s",
    goal,
    sizeBytes,
    blobs: 1,
    width: { connections: 1, streams },
    latency: sizeBytes < 256 * KIB,
    path: pathOf(ByteStream.method.read),
    needsAction: false,
    request: ({ digests }) =>
      encode(ReadRequestSchema, {
        resourceName: digests.map(({ hash }) => `blobs/${hash}/${sizeBytes}`).join(""),
      }),
    check: (messages, made) =>
      expectBytes(
        Buffer.concat(messages.map((one) => fromBinary(ReadResponseSchema, one).data)),
        made,
        0,
      ),
  };
}

function expectBytes(found: Uint8Array, made: MadeUpBlobs, index: number): void {
  const isSame = Buffer.concat(made.pieces(index)).equals(found);
  if (!isSame) throw new Error(`other bytes than the blob's: ${found.byteLength} of them`);
}

function expectSame(what: string, found: unknown, expected: unknown): void {
  if (found !== expected)
    throw new Error(`${what}: ${String(found)} instead of ${String(expected)}`);
}
