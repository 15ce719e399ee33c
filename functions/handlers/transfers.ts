import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Digest } from "../../shared/digest/digest.ts";
import { limits } from "../../shared/limits.ts";
import type { Digest as DigestMessage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type {
  BeginDownloadsResponse_DownloadSchema,
  BeginUploadsResponse_UploadSchema,
  PresignedRequestSchema,
  Transfers,
} from "../../shared/proto/gen/hayloft/v1/transfers_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import { checkBelow, loweredFor, storeCeiling } from "../../shared/services/upload-ceiling.ts";
import type { Call } from "../../shared/stores/call.ts";
import type {
  BegunUpload,
  DownloadPlan,
  ExpiringRequest,
  TransferStore,
  UploadPlan,
} from "../../shared/stores/transfer-store.ts";
import { callOf } from "./call-of.ts";
import { anyCodecOf, compressorValues } from "./compressor-values.ts";

/** Presigned requests for large blobs, where the bucket offers them. */
export function transfersHandler(
  transfers: TransferStore,
  services: Services,
): ServiceImpl<typeof Transfers> {
  return {
    beginUploads: async (request, context) => {
      const digests = parseAll(request, services);
      const call = callOf(context, request.instanceName, "cas-write");
      const plans = await beginUploads(digests, transfers, services, call);
      return { uploads: plans.map(uploadMessage) };
    },
    presignParts: async (request, context) => {
      const { firstPart, partCount } = request;
      if (partCount > limits.presignedParts) {
        throw invalidArgument("part_count", `${partCount} is above ${limits.presignedParts}`);
      }
      const upload = uploadOf(request, services);
      const call = callOf(context, request.instanceName, "cas-write");
      const requests = await transfers.presignParts(upload, firstPart, partCount, call);
      return { requests: requests.map(requestMessage) };
    },
    commitUpload: async (request, context) => {
      const upload = uploadOf(request, services);
      const call = callOf(context, request.instanceName, "cas-write");
      await transfers.commitUpload(upload, request.partEtags, call);
      return {};
    },
    abortUpload: async (request, context) => {
      const upload = uploadOf(request, services);
      const call = callOf(context, request.instanceName, "cas-write");
      await transfers.abortUpload(upload, call);
      return {};
    },
    beginDownloads: async (request, context) => {
      const digests = parseAll(request, services);
      const call = callOf(context, request.instanceName, "cas-read");
      const codec = anyCodecOf(request.acceptableCompressors, services.codecs);
      const accepted = codec === undefined ? [] : [codec.compressor];
      const plans = await transfers.beginDownloads(digests, accepted, call);
      return { downloads: plans.map(downloadMessage) };
    },
  };
}

/** Who is in debt begins nothing: what has begun is for the bucket to clean up. */
async function beginUploads(
  digests: readonly Digest[],
  transfers: TransferStore,
  { uploads }: Services,
  call: Call,
): Promise<readonly UploadPlan[]> {
  const ceiling = loweredFor(call.principal, storeCeiling);
  for (const digest of digests) checkBelow(ceiling, digest);
  uploads.spend(0, call);
  const plans = await transfers.beginUploads(digests, call);
  const begun = digests.filter((_, index) => {
    const way = plans[index]?.way;
    return way === "request" || way === "parts";
  });
  uploads.spend(
    begun.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    call,
  );
  return plans;
}

function parseAll(
  request: { readonly digests: readonly DigestMessage[]; readonly digestFunction: number },
  { functions }: Services,
): readonly Digest[] {
  const { length } = request.digests;
  if (length > limits.transferBlobs) {
    throw invalidArgument(
      "digests",
      `${length} are more than one call may have, ${limits.transferBlobs}`,
    );
  }
  const digests = new RequestDigests(functions, request.digestFunction);
  return request.digests.map((message, index) => digests.parse(message, `digests[${index}]`));
}

function uploadOf(
  request: {
    readonly digest?: DigestMessage | undefined;
    readonly digestFunction: number;
    readonly uploadToken: string;
  },
  { functions }: Services,
): BegunUpload {
  const digests = new RequestDigests(functions, request.digestFunction);
  return { digest: digests.parse(request.digest, "digest"), token: request.uploadToken };
}

function uploadMessage(
  plan: UploadPlan,
): MessageInitShape<typeof BeginUploadsResponse_UploadSchema> {
  switch (plan.way) {
    case "present":
      return { way: { case: "present", value: {} } };
    case "in-message":
      return { way: { case: "inMessage", value: {} } };
    case "request":
      return {
        uploadToken: plan.token,
        way: { case: "request", value: requestMessage(plan.request) },
      };
    case "parts": {
      const { partBytes, partCount } = plan;
      const value = { partBytes: BigInt(partBytes), partCount };
      return { uploadToken: plan.token, way: { case: "parts", value } };
    }
  }
}

function downloadMessage(
  plan: DownloadPlan,
): MessageInitShape<typeof BeginDownloadsResponse_DownloadSchema> {
  switch (plan.way) {
    case "absent":
      return { way: { case: "absent", value: {} } };
    case "spliced":
      return { way: { case: "spliced", value: {} } };
    case "compressed":
      return { way: { case: "compressed", value: {} } };
    case "data":
      return { way: { case: "data", value: plan.data } };
    case "request":
      return {
        way: { case: "request", value: requestMessage(plan.request) },
        compressor: compressorValues[plan.compressor],
      };
  }
}

function requestMessage({
  method,
  url,
  headers,
  expiresMs,
}: ExpiringRequest): MessageInitShape<typeof PresignedRequestSchema> {
  return { method, url, headers: { ...headers }, expires: timestampFromMs(expiresMs) };
}
