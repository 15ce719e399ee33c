import { toBinary } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { formatDigest } from "../../shared/digest/digest.ts";
import {
  type ActionCache,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument, RequestError } from "../../shared/request-error.ts";
import { inlineOutputs } from "../../shared/services/inline-outputs.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import { withoutUnknownTypes } from "./action-result-json.ts";
import { callOf } from "./call-of.ts";
import { isJson } from "./is-json.ts";

export function actionCacheHandler({
  functions,
  actions,
  store,
}: Services): ServiceImpl<typeof ActionCache> {
  return {
    getActionResult: async (request, context) => {
      const call = callOf(context, request.instanceName, "ac-read");
      const digests = new RequestDigests(functions, request.digestFunction);
      const action = digests.parse(request.actionDigest, "action_digest");
      const result = await actions.get(action, call);
      if (result === undefined) {
        throw new RequestError(
          "not-found",
          `no usable result of ${formatDigest(action)} is cached`,
        );
      }
      const wishes = {
        stdout: request.inlineStdout,
        stderr: request.inlineStderr,
        files: request.inlineOutputFiles,
      };
      const answer = await inlineOutputs(result, wishes, { digests, blobs: store, call });
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
