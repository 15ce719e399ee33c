import type { DescMethod } from "@bufbuild/protobuf";
import {
  ActionCache,
  Capabilities,
  ContentAddressableStorage,
  FindMissingBlobsRequestSchema,
  BatchReadBlobsRequestSchema,
  BatchUpdateBlobsRequestSchema,
  GetActionResultRequestSchema,
  GetCapabilitiesRequestSchema,
  GetTreeRequestSchema,
  UpdateActionResultRequestSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  QueryWriteStatusRequestSchema,
  ReadRequestSchema,
  WriteRequestSchema,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import {
  Health,
  HealthCheckRequestSchema,
} from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import {
  ServerReflection,
  ServerReflectionRequestSchema,
} from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { readName, writeName } from "../conformance/streams.ts";
import { encode } from "../support/raw-grpc.node.ts";
import { canary, otherBytes } from "./sessions.node.ts";

export interface SampleMessage {
  readonly method: DescMethod;
  readonly message: Buffer;
}

const { digest } = canary;
const data = otherBytes;
const instanceName = "team/main";

/** A message of each RPC that ends by itself, correct but for the canary's bytes. */
export const sampleMessages: readonly [SampleMessage, ...SampleMessage[]] = [
  sample(
    Capabilities.method.getCapabilities,
    encode(GetCapabilitiesRequestSchema, { instanceName }),
  ),
  ...casSamples(),
  ...actionSamples(),
  ...byteStreamSamples(),
  sample(Health.method.check, encode(HealthCheckRequestSchema, { service: "" })),
  sample(
    ServerReflection.method.serverReflectionInfo,
    encode(ServerReflectionRequestSchema, {
      messageRequest: { case: "fileByFilename", value: "google/rpc/status.proto" },
    }),
  ),
];

function sample(method: DescMethod, message: Uint8Array): SampleMessage {
  return { method, message: Buffer.from(message) };
}

function casSamples(): SampleMessage[] {
  const { findMissingBlobs, batchReadBlobs, batchUpdateBlobs, getTree } =
    ContentAddressableStorage.method;
  const find = { instanceName, blobDigests: [digest, digest] };
  const update = { instanceName, requests: [{ digest, data }] };
  const tree = { instanceName, rootDigest: digest, pageSize: 10 };
  return [
    sample(findMissingBlobs, encode(FindMissingBlobsRequestSchema, find)),
    sample(batchReadBlobs, encode(BatchReadBlobsRequestSchema, { digests: [digest] })),
    sample(batchUpdateBlobs, encode(BatchUpdateBlobsRequestSchema, update)),
    sample(getTree, encode(GetTreeRequestSchema, tree)),
  ];
}

function actionSamples(): SampleMessage[] {
  const { getActionResult, updateActionResult } = ActionCache.method;
  const wish = { actionDigest: digest, inlineStdout: true, inlineOutputFiles: ["out/file"] };
  const actionResult = {
    exitCode: 1,
    stdoutRaw: data.subarray(0, 100),
    outputFiles: [{ path: "out/file", digest }],
    outputDirectories: [{ path: "out/tree", treeDigest: digest }],
  };
  const update = { instanceName, actionDigest: digest, actionResult };
  return [
    sample(getActionResult, encode(GetActionResultRequestSchema, wish)),
    sample(updateActionResult, encode(UpdateActionResultRequestSchema, update)),
  ];
}

function byteStreamSamples(): SampleMessage[] {
  const { read, write, queryWriteStatus } = ByteStream.method;
  const resourceName = writeName(instanceName, canary);
  const range = { resourceName: readName("", canary), readOffset: 10n, readLimit: 20n };
  return [
    sample(read, encode(ReadRequestSchema, range)),
    sample(write, encode(WriteRequestSchema, { resourceName, data, finishWrite: true })),
    sample(queryWriteStatus, encode(QueryWriteStatusRequestSchema, { resourceName })),
  ];
}
