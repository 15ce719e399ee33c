import type { ServiceImpl } from "@connectrpc/connect";
import {
  ChunkingFunction_Value,
  type ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import type { ChunkingFunction } from "../../shared/stores/chunk-list-store.ts";
import type { ForAnyCall } from "./call-context.ts";
import { callOf } from "./call-of.ts";
import { digestMessage } from "./digest-message.ts";

type ChunkMethods = Pick<
  ForAnyCall<ServiceImpl<typeof ContentAddressableStorage>>,
  "splitBlob" | "spliceBlob"
>;

/** The part of the ContentAddressableStorage that is about blobs as chunks. */
export function chunksHandler({ functions, chunks }: Services): ChunkMethods {
  return {
    splitBlob: async (request, context) => {
      const call = callOf(context, request.instanceName, "cas-read");
      const digests = new RequestDigests(functions, request.digestFunction);
      const digest = digests.parse(request.blobDigest, "blob_digest");
      // It is a wish, and there is only one way that blobs are cut here.
      parseFunction(request.chunkingFunction);
      const list = await chunks.split(digest, call);
      return {
        chunkDigests: list.chunks.map(digestMessage),
        chunkingFunction: functionValues[list.cutBy],
      };
    },
    spliceBlob: async (request, context) => {
      const call = callOf(context, request.instanceName, "cas-write");
      const digests = new RequestDigests(functions, request.digestFunction);
      const digest = digests.parse(request.blobDigest, "blob_digest");
      const list = {
        chunks: request.chunkDigests.map((chunk, index) =>
          digests.parse(chunk, `chunk_digests[${index}]`),
        ),
        cutBy: parseFunction(request.chunkingFunction),
      };
      await chunks.splice(digest, list, call);
      return { blobDigest: digestMessage(digest) };
    },
  };
}

const functionValues: Readonly<Record<ChunkingFunction, ChunkingFunction_Value>> = {
  unknown: ChunkingFunction_Value.UNKNOWN,
  "fast-cdc-2020": ChunkingFunction_Value.FAST_CDC_2020,
};

function parseFunction(value: ChunkingFunction_Value): ChunkingFunction {
  switch (value) {
    case ChunkingFunction_Value.FAST_CDC_2020:
      return "fast-cdc-2020";
    case ChunkingFunction_Value.UNKNOWN:
    case ChunkingFunction_Value.REP_MAX_CDC:
      return "unknown";
    default:
      throw invalidArgument("chunking_function", `${String(value)} is none of the API's`);
  }
}
