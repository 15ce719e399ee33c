import type { ServiceImpl } from "@connectrpc/connect";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import {
  type Capabilities,
  SymlinkAbsolutePathStrategy_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Services } from "../../shared/services/services.ts";
import { principalOf } from "../interceptors/gate.ts";
import { compressorValues } from "./compressor-values.ts";

/** What this server offers its caller, as far as the REAPI has words for it. Whoever is let in may ask. */
export function capabilitiesHandler({
  functions,
  codecs,
  uploads,
}: Services): ServiceImpl<typeof Capabilities> {
  return {
    getCapabilities: (request, context) => {
      const instanceName = parseInstanceName(request.instanceName);
      const principal = principalOf(context);
      const { rights } = principal.standingIn(instanceName);
      const compressors = codecs.list.map(({ compressor }) => compressorValues[compressor]);
      return {
        cacheCapabilities: {
          digestFunctions: functions.list.map((name) => digestFunctions[name].value),
          actionCacheUpdateCapabilities: { updateEnabled: rights.has("ac-write") },
          maxBatchTotalSizeBytes: BigInt(limits.batchBytes),
          symlinkAbsolutePathStrategy: SymlinkAbsolutePathStrategy_Value.ALLOWED,
          splitBlobSupport: true,
          spliceBlobSupport: true,
          fastCdc2020Params: { avgChunkSizeBytes: BigInt(limits.chunkBytes), seed: 0 },
          supportedCompressors: compressors,
          supportedBatchUpdateCompressors: compressors,
          maxCasBlobSizeBytes: BigInt(uploads.ceilingFor(principal).maxBytes),
        },
        lowApiVersion: { major: 2, minor: 0 },
        highApiVersion: { major: 2, minor: 11 },
      };
    },
  };
}
