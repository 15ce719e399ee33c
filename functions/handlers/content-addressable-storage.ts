import { type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { sameBytes } from "../../shared/bytes/same-bytes.ts";
import { limits } from "../../shared/limits.ts";
import {
  type BatchReadBlobsRequest,
  type BatchUpdateBlobsRequest,
  Compressor_Value,
  type ContentAddressableStorage,
  DirectorySchema,
  type FindMissingBlobsRequest,
  type GetTreeResponseSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { StatusSchema } from "../../shared/proto/gen/google/rpc/status_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { type BatchReadResult, batchTooLarge } from "../../shared/services/blob-service.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import type { TreePage } from "../../shared/services/tree-service.ts";
import type { BatchUpload } from "../../shared/services/upload-service.ts";
import type { Call } from "../../shared/stores/call.ts";
import { holdingKey } from "../interceptors/holding.ts";
import type { ReportError } from "../interceptors/errors.ts";
import { callOf } from "./call-of.ts";
import { digestMessage } from "./digest-message.ts";
import { isUnexpected, toStatus } from "./status.ts";

export function contentAddressableStorageHandler(
  services: Services,
  report: ReportError,
): Partial<ServiceImpl<typeof ContentAddressableStorage>> {
  return {
    findMissingBlobs: async (request, context) => {
      const digests = parseAll(request, request.blobDigests, "blob_digests", services);
      const missing = await services.blobs.findMissing(
        digests,
        callOf(context, request.instanceName),
      );
      return { missingBlobDigests: missing.map(digestMessage) };
    },
    batchUpdateBlobs: async (request, context) => {
      const failures = await batchUpdate(request, services, callOf(context, request.instanceName));
      const responses = request.requests.map(({ digest }, index) => ({
        ...(digest === undefined ? {} : { digest }),
        status: entryStatus(failures[index], report, context),
      }));
      return { responses };
    },
    batchReadBlobs: async (request, context) => {
      const results = await batchRead(request, services, context);
      const responses = results.map((result) => ({
        digest: digestMessage(result.digest),
        ...("data" in result
          ? { data: result.data, status: {} }
          : { status: entryStatus(result.error, report, context) }),
      }));
      return { responses };
    },
    getTree: async function* (request, context) {
      const call = callOf(context, request.instanceName);
      const digests = new RequestDigests(services.functions, request.digestFunction);
      const root = digests.parse(request.rootDigest, "root_digest");
      const { pageSize, pageToken } = request;
      for await (const page of services.trees.pages({ root, pageSize, pageToken }, call)) {
        yield treeResponse(page);
      }
    },
  };
}

function parseAll(
  request: FindMissingBlobsRequest | BatchReadBlobsRequest,
  messages: FindMissingBlobsRequest["blobDigests"],
  field: string,
  { functions }: Services,
): ReturnType<RequestDigests["parse"]>[] {
  const digests = new RequestDigests(functions, request.digestFunction);
  return messages.map((message, index) => digests.parse(message, `${field}[${index}]`));
}

/** How one entry of a batch ended: the call itself succeeds, so that nobody else would tell the log of trouble. */
function entryStatus(
  failure: unknown,
  report: ReportError,
  { service, method }: HandlerContext,
): MessageInitShape<typeof StatusSchema> {
  if (failure === undefined) return {};
  if (isUnexpected(failure)) report(failure, `${service.typeName}/${method.name}`);
  return toStatus(failure);
}

/** Why each entry failed, by its index: each succeeds or fails alone; only a batch that is too large fails whole. */
async function batchUpdate(
  request: BatchUpdateBlobsRequest,
  { functions, uploads }: Services,
  call: Call,
): Promise<readonly unknown[]> {
  if (request.requests.length > limits.batchEntries) {
    throw invalidArgument(
      "requests",
      `${request.requests.length} blobs are more than a batch may have, ${limits.batchEntries}`,
    );
  }
  const total = request.requests.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total > limits.batchBytes) throw batchTooLarge("requests", total);
  const digests = new RequestDigests(functions, request.digestFunction);
  const failures: unknown[] = [];
  const valid: (BatchUpload & { index: number })[] = [];
  request.requests.forEach((entry, index) => {
    try {
      const digest = digests.parse(entry.digest, `requests[${index}].digest`);
      if (entry.compressor !== Compressor_Value.IDENTITY) {
        const field = `requests[${index}].compressor`;
        throw invalidArgument(field, `${entry.compressor} is not supported here`);
      }
      uploads.checkSize(digest);
      valid.push({ index, digest, data: entry.data });
    } catch (error) {
      failures[index] = error;
    }
  });
  const outcomes = await uploads.writeBatch(valid, call);
  valid.forEach(({ index }, position) => {
    failures[index] = outcomes[position];
  });
  return failures;
}

async function batchRead(
  request: BatchReadBlobsRequest,
  services: Services,
  context: HandlerContext,
): Promise<readonly BatchReadResult[]> {
  const digests = parseAll(request, request.digests, "digests", services);
  const bytes = digests.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= limits.batchBytes) await context.values.get(holdingKey)?.holdAnswer(bytes);
  return await services.blobs.readBatch(digests, callOf(context, request.instanceName));
}

const DIRECTORIES_FIELD = 1;

/**
 * A client hashes the Directories that it gets, so each travels as the bytes it was stored as: where encoding it again would
 * change them (unknown fields move, for one), they go into the message as a raw field.
 */
function treeResponse(page: TreePage): MessageInitShape<typeof GetTreeResponseSchema> {
  const { nextPageToken } = page;
  const canonical = page.directories.every(({ bytes, message }) =>
    sameBytes(toBinary(DirectorySchema, message), bytes),
  );
  if (canonical) {
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
