import { toBinary } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type ActionCache,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import { withoutUnknownTypes } from "./action-result-json.ts";
import type { ForAnyCall } from "./call-context.ts";
import { callOf } from "./call-of.ts";
import { getActionResult } from "./get-action-result.ts";
import { isJson } from "./is-json.ts";

export function actionCacheHandler(
  services: Services,
): ForAnyCall<ServiceImpl<typeof ActionCache>> {
  const { functions, actions } = services;
  return {
    getActionResult: async (request, context) => {
      const found = await getActionResult(request, services, context);
      const answer = await found.tailored();
      return isJson(context) ? withoutUnknownTypes(answer) : answer;
    },
    updateActionResult: async (request, context) => {
      const call = callOf(context, request.instanceName, "ac-write");
      const digests = new RequestDigests(functions, request.digestFunction);
      const action = digests.parse(request.actionDigest, "action_digest");
      const result = request.actionResult;
      if (result === undefined) throw invalidArgument("action_result", "is required");
      await actions.put(action, result, toBinary(ActionResultSchema, result), call);
      return result;
    },
  };
}
