import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import {
  type ActionResult,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

/** JSON has no form for messages of unknown types, so the worker's own remarks, which may be any, stay out of it. */
export function withoutUnknownTypes(result: ActionResult): ActionResult {
  const { executionMetadata } = result;
  if (executionMetadata === undefined) return result;
  return { ...result, executionMetadata: { ...executionMetadata, auxiliaryMetadata: [] } };
}

export function actionResultToJson(result: ActionResult): string {
  return toJsonString(ActionResultSchema, withoutUnknownTypes(result));
}

/** Throws where the text is no action result in JSON. */
export function actionResultFromJson(text: string): ActionResult {
  const json: unknown = JSON.parse(text, (name, value: unknown) =>
    name === "auxiliaryMetadata" || name === "auxiliary_metadata" ? undefined : value,
  );
  return fromJsonString(ActionResultSchema, JSON.stringify(json), { ignoreUnknownFields: true });
}
