import { toBinary } from "@bufbuild/protobuf";
import { lendAs } from "../../shared/bytes/memory-pool.ts";
import {
  ActionCache,
  ActionResultSchema,
  type BatchUpdateBlobsRequest,
  ContentAddressableStorage,
  type GetActionResultRequest,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import {
  ByteStream,
  type ReadRequest,
  type WriteRequest,
} from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { limits } from "../../shared/limits.ts";
import { type Soon, whenKnown } from "../../shared/soon.ts";
import { Turns } from "../../shared/turns.ts";
import type { Services } from "../../shared/services/services.ts";
import { byteStreamHandler, readSoon } from "../handlers/byte-stream.ts";
import type { ReadMessage } from "../handlers/byte-stream-read.ts";
import { contentAddressableStorageHandler } from "../handlers/content-addressable-storage.ts";
import { type FoundResult, getActionResult } from "../handlers/get-action-result.ts";
import { mayCarryContents } from "./codecs/action-result-contents.node.ts";
import { decodeBatchRead, encodeBatchRead } from "./codecs/batch-read.node.ts";
import { decodeBatchUpdate, encodeBatchUpdate } from "./codecs/batch-update.node.ts";
import { inlinedPieces } from "./codecs/inlined-result.node.ts";
import { decodeRead, decodeWrite, encodeRead, encodeWrite } from "./codecs/byte-stream.node.ts";
import { decodeFindMissing, encodeFindMissing } from "./codecs/find-missing.node.ts";
import { decodeGetActionResult } from "./codecs/get-action-result.node.ts";
import { placesFor } from "./codecs/result-places.node.ts";
import type { Pieces } from "./pieces.ts";
import {
  clientStreaming,
  inTurns,
  type MessageBytes,
  type Rpc,
  serverStreaming,
  unary,
} from "./rpc.node.ts";

/** The RPCs that carry the load of builds: their messages have codecs of their own. */
export function hotRpcs(services: Services): readonly Rpc[] {
  const cas = contentAddressableStorageHandler(services);
  const byteStream = byteStreamHandler(services);
  return [
    unary(
      ContentAddressableStorage.method.findMissingBlobs,
      { decode: decodeFindMissing, encode: encodeFindMissing },
      cas.findMissingBlobs,
    ),
    inTurns(
      unary(
        ContentAddressableStorage.method.batchReadBlobs,
        { decode: decodeBatchRead, encode: encodeBatchRead },
        cas.batchReadBlobs,
      ),
      new Turns(limits.batchReadRequestBytesAtOnce),
    ),
    inTurns(
      unary(
        ContentAddressableStorage.method.batchUpdateBlobs,
        { decode: decodeLentBatchUpdate, encode: encodeBatchUpdate },
        cas.batchUpdateBlobs,
      ),
      new Turns(limits.batchUpdateRequestBytesAtOnce),
    ),
    unary(
      ActionCache.method.getActionResult,
      { decode: decodeGetActionResult, encode: (pieces: Pieces) => pieces },
      (request, context) =>
        whenKnown(getActionResult(request, services, context), (found) =>
          resultPieces(request, found),
        ),
    ),
    serverStreaming<ReadRequest, ReadMessage>(
      ByteStream.method.read,
      { decode: decodeRead, encode: encodeRead },
      (request, context) => readSoon(request, services, context),
    ),
    clientStreaming(
      ByteStream.method.write,
      { decode: decodeLentWrite, encode: encodeWrite },
      byteStream.write,
    ),
  ];
}

/** Of the message, only the data are still looked at. */
function decodeLentWrite(bytes: MessageBytes): WriteRequest {
  const request = decodeWrite(bytes);
  lendAs(bytes, notEmpty([request.data]));
  return request;
}

function decodeLentBatchUpdate(bytes: MessageBytes): BatchUpdateBlobsRequest {
  const request = decodeBatchUpdate(bytes);
  const data = request.requests.map((entry) => entry.data);
  lendAs(bytes, notEmpty(data));
  return request;
}

/** Data of no bytes are none of the message's memory. */
function notEmpty(data: readonly Uint8Array[]): readonly Uint8Array[] {
  return data.filter(({ byteLength }) => byteLength > 0);
}

/** A result goes out as it was written, unless something has to be put in or taken out. */
function resultPieces(
  request: GetActionResultRequest,
  { bytes, tailored, contents }: FoundResult,
): Soon<Pieces> {
  const places = mayCarryContents(bytes) ? undefined : placesFor(bytes, request);
  if (places === undefined) {
    return whenKnown(tailored(), (result) => [toBinary(ActionResultSchema, result)]);
  }
  if (places.length === 0) return [bytes];
  return whenKnown(contents(places.map(({ digest }) => digest)), (found) =>
    inlinedPieces(bytes, places, found),
  );
}
