import type { ServiceImpl } from "@connectrpc/connect";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { limits } from "../../shared/limits.ts";
import {
  type Capabilities,
  SymlinkAbsolutePathStrategy_Value,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Services } from "../../shared/services/services.ts";
import { callOf } from "./call-of.ts";

/** What this server offers, as far as the REAPI has words for it. */
export function capabilitiesHandler({
  functions,
  uploads,
}: Services): ServiceImpl<typeof Capabilities> {
  return {
    getCapabilities: (request, context) => {
      callOf(context, request.instanceName);
      return {
        cacheCapabilities: {
          digestFunctions: functions.list.map((name) => digestFunctions[name].value),
          actionCacheUpdateCapabilities: { updateEnabled: true },
          maxBatchTotalSizeBytes: BigInt(limits.batchBytes),
          symlinkAbsolutePathStrategy: SymlinkAbsolutePathStrategy_Value.ALLOWED,
          maxCasBlobSizeBytes: BigInt(uploads.maxBlobBytes),
        },
        lowApiVersion: { major: 2, minor: 0 },
        highApiVersion: { major: 2, minor: 11 },
      };
    },
  };
}
