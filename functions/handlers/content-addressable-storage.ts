import { type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { ServiceImpl } from "@connectrpc/connect";
import { sameBytes } from "../../shared/bytes/same-bytes.ts";
import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import type { DigestMessages, InWords } from "../../shared/digest/words-digest-messages.ts";
import { limits } from "../../shared/limits.ts";
import {
  type BatchReadBlobsRequest,
  type BatchReadBlobsResponse_ResponseSchema,
  type ContentAddressableStorage,
  DirectorySchema,
  type FindMissingBlobsRequest,
  type GetTreeResponseSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { StatusSchema } from "../../shared/proto/gen/google/rpc/status_pb.ts";
import type { BatchReadResult } from "../../shared/services/blob-service.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import { whenKnown } from "../../shared/soon.ts";
import type { Services } from "../../shared/services/services.ts";
import type { TreePage } from "../../shared/services/tree-service.ts";
import { holdingKey } from "../interceptors/holding.ts";
import { batchUpdate } from "./batch-update-blobs.ts";
import { encodedBatch } from "./encoded-batch.ts";
import type { CallContext, ForAnyCall } from "./call-context.ts";
import { callOf } from "./call-of.ts";
import { chunksHandler } from "./chunks.ts";
import { anyCodecOf, compressorValues } from "./compressor-values.ts";
import { digestMessage } from "./digest-message.ts";
import { isJson } from "./is-json.ts";
import { toStatus } from "./status.ts";
import { recordKey } from "../telemetry/request-watch.ts";

type Handler = ForAnyCall<ServiceImpl<typeof ContentAddressableStorage>>;

/** Its callers may have digests in words. */
type ContentAddressableStorageHandler = Omit<Handler, "findMissingBlobs" | "batchReadBlobs"> & {
  findMissingBlobs: (
    request: InWords<FindMissingBlobsRequest>,
    context: CallContext,
  ) => ReturnType<Handler["findMissingBlobs"]>;
  batchReadBlobs: (
    request: InWords<BatchReadBlobsRequest>,
    context: CallContext,
  ) => ReturnType<Handler["batchReadBlobs"]>;
};

export function contentAddressableStorageHandler(
  services: Services,
): ContentAddressableStorageHandler {
  return {
    ...chunksHandler(services),
    findMissingBlobs: (request, context) => {
      const digests = parseAll(request, request.blobDigests, "blob_digests", services);
      const call = callOf(context, request.instanceName, "find-missing");
      return whenKnown(services.blobs.findMissing(digests, call), (missing) => ({
        missingBlobDigests: missing.map(digestMessage),
      }));
    },
    batchUpdateBlobs: async (request, context) => {
      const call = callOf(context, request.instanceName, "cas-write");
      const failures = await batchUpdate(request, services, call, context);
      const responses = request.requests.map(({ digest }, index) => ({
        ...(digest === undefined ? {} : { digest }),
        status: entryStatus(failures[index], context),
      }));
      return { responses };
    },
    batchReadBlobs: async (request, context) => {
      const codec = anyCodecOf(request.acceptableCompressors, services.codecs);
      const found = await batchRead(request, codec, services, context);
      const results = codec === undefined ? found : await encodedBatch(found, codec);
      return { responses: results.map((result) => readEntry(result, context)) };
    },
    getTree: async function* (request, context) {
      const call = callOf(context, request.instanceName, "cas-read");
      const digests = new RequestDigests(services.functions, request.digestFunction);
      const root = digests.parse(request.rootDigest, "root_digest");
      const { pageSize, pageToken } = request;
      for await (const page of services.trees.pages({ root, pageSize, pageToken }, call)) {
        yield treeResponse(page, isJson(context));
      }
    },
  };
}

function parseAll(
  request: Pick<FindMissingBlobsRequest | BatchReadBlobsRequest, "digestFunction">,
  messages: DigestMessages,
  field: string,
  { functions }: Services,
): ReturnType<RequestDigests["parse"]>[] {
  return new RequestDigests(functions, request.digestFunction).parseAll(messages, field);
}

/** How one entry of a batch ended: the call itself succeeds, so that its record is told of trouble here. */
function entryStatus(
  failure: unknown,
  { values }: CallContext,
): MessageInitShape<typeof StatusSchema> {
  if (failure === undefined) return {};
  values.get(recordKey)?.entryErrors.push(failure);
  return toStatus(failure);
}

async function batchRead(
  request: InWords<BatchReadBlobsRequest>,
  codec: BlobCodec | undefined,
  services: Services,
  context: CallContext,
): Promise<readonly BatchReadResult[]> {
  const call = callOf(context, request.instanceName, "cas-read");
  const digests = parseAll(request, request.digests, "digests", services);
  const bytes = digests.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= limits.batchBytes) await context.values.get(holdingKey)?.holdAnswer(bytes);
  return await services.blobs.readBatch(digests, call, codec?.compressor);
}

function readEntry(
  result: BatchReadResult,
  context: CallContext,
): MessageInitShape<typeof BatchReadBlobsResponse_ResponseSchema> {
  const digest = digestMessage(result.digest);
  if ("error" in result) return { digest, status: entryStatus(result.error, context) };
  return {
    digest,
    data: result.data,
    compressor: compressorValues[result.compressor],
    status: {},
  };
}

const DIRECTORIES_FIELD = 1;

/**
 * A client hashes the Directories that it gets, so each travels as the bytes it was stored as: where encoding it again would
 * change them (unknown fields move, for one), they go into the message as a raw field. JSON has neither bytes to hash nor such fields.
 */
function treeResponse(
  page: TreePage,
  asJson: boolean,
): MessageInitShape<typeof GetTreeResponseSchema> {
  const { nextPageToken } = page;
  const goesAsItIs =
    asJson ||
    page.directories.every(({ bytes, message }) =>
      sameBytes(toBinary(DirectorySchema, message), bytes),
    );
  if (goesAsItIs) {
    return { directories: page.directories.map(({ message }) => message), nextPageToken };
  }
  const raw = page.directories.map(({ bytes }) => ({
    no: DIRECTORIES_FIELD,
    wireType: WireType.LengthDelimited,
    data: new BinaryWriter().bytes(bytes).finish(),
  }));
  return {
    $typeName: "build.bazel.remote.execution.v2.GetTreeResponse",
    directories: [],
    nextPageToken,
    $unknown: raw,
  };
}
