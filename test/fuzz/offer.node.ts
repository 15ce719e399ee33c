import {
  allDigestFunctions,
  digestFunctions,
  type DigestFunction,
} from "../../shared/digest/digest-function.ts";
import type { Compressor } from "../../shared/digest/resource-name.ts";
import { Compressor_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Clients } from "../conformance/check.ts";
import { offerOf as capabilitiesOf } from "../conformance/offer.ts";

/** What a server says that it can do, in the words of resource names. */
export interface Offer {
  /** In order of preference. */
  readonly functions: readonly DigestFunction[];
  /** What `compressed-blobs` may name. */
  readonly compressors: readonly Compressor[];
  /** Whether batches may hold compressed blobs. */
  readonly batchCompressors: readonly Compressor[];
  readonly splits: boolean;
  readonly splices: boolean;
}

const compressorNames = new Map<Compressor_Value, Compressor>([
  [Compressor_Value.ZSTD, "zstd"],
  [Compressor_Value.DEFLATE, "deflate"],
  [Compressor_Value.BROTLI, "brotli"],
]);

export async function offerOf(clients: Clients): Promise<Offer> {
  const offered = await capabilitiesOf({ ...clients, instanceName: "" });
  const functions = offered.digestFunctions.flatMap((value) =>
    allDigestFunctions.filter((name) => digestFunctions[name].value === value),
  );
  return {
    functions,
    compressors: namesOf(offered.supportedCompressors),
    batchCompressors: namesOf(offered.supportedBatchUpdateCompressors),
    splits: offered.splitBlobSupport,
    splices: offered.spliceBlobSupport,
  };
}

function namesOf(values: readonly Compressor_Value[]): readonly Compressor[] {
  return values.flatMap((value) => compressorNames.get(value) ?? []);
}
