import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { collect } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import {
  type ActionResult,
  ActionResultSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../../shared/request-error.ts";
import type { Services } from "../../shared/services/services.ts";
import type { UploadCeiling } from "../../shared/services/upload-ceiling.ts";
import type { Call } from "../../shared/stores/call.ts";
import { actionResultFromJson, actionResultToJson } from "./action-result-json.ts";
import { answer, textAnswer } from "./http-answer.ts";
import { sizedBody } from "./http-body.ts";
import type { HttpAnswer, HttpRequest } from "./http-exchange.ts";
import type { CachePath } from "./http-cache-path.ts";

const JSON_TYPE = "application/json";

const actionCeiling: UploadCeiling = {
  maxBytes: limits.actionResultBytes,
  remedy: "no answer could hold more of an action result",
};

/** `GET {prefix}/ac/{hash}`: the action result, in protobuf or, for clients that ask for it, in JSON. */
export async function getAction(
  path: CachePath,
  request: HttpRequest,
  { actions }: Services,
  call: Call,
): Promise<HttpAnswer> {
  if (request.header.get("accept")?.includes(JSON_TYPE) === true) {
    const result = await actions.get(path, call);
    if (result === undefined) return notCached(path);
    return answer(200, new TextEncoder().encode(actionResultToJson(result)), JSON_TYPE);
  }
  const bytes = await actions.getBytes(path, call);
  return bytes === undefined ? notCached(path) : answer(200, bytes, "application/octet-stream");
}

function notCached({ hash }: CachePath): HttpAnswer {
  return textAnswer(404, `no usable result of ${hash} is cached`);
}

/** `PUT {prefix}/ac/{hash}`: an action result, in protobuf or JSON. What is neither is refused: no client could read it. */
export async function putAction(
  path: CachePath,
  request: HttpRequest,
  { actions }: Services,
  call: Call,
): Promise<HttpAnswer> {
  const body = await sizedBody(request, actionCeiling, false);
  const bytes = await collect(body.bytes, body.sizeBytes);
  const isJson = request.header.get("content-type")?.startsWith(JSON_TYPE) === true;
  const result = isJson ? parseJson(bytes) : parseBinary(bytes);
  await actions.put(path, result, isJson ? toBinary(ActionResultSchema, result) : bytes, call);
  return textAnswer(200, "stored");
}

function parseJson(bytes: Uint8Array): ActionResult {
  try {
    return actionResultFromJson(new TextDecoder().decode(bytes));
  } catch {
    throw invalidArgument(
      "body",
      "is not an ActionResult in JSON, though its Content-Type says so",
    );
  }
}

function parseBinary(bytes: Uint8Array): ActionResult {
  try {
    return fromBinary(ActionResultSchema, bytes);
  } catch {
    throw invalidArgument("body", "is not an ActionResult");
  }
}
