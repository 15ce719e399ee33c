import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { ActionKey } from "../../shared/services/action-service.ts";
import type { Services } from "../../shared/services/services.ts";
import { absentDigest } from "./blobs.ts";
import { callFor } from "./calls.ts";

/** The one action of a test. */
export const actionKey = {
  function: "sha256",
  hash: absentDigest(7).hash,
  sizeBytes: 100,
} as const satisfies ActionKey;

/** Writes a result for the test's action. */
export async function writeResult(
  cache: Pick<Services, "actions">,
  init: MessageInitShape<typeof ActionResultSchema>,
): Promise<void> {
  const result = create(ActionResultSchema, init);
  await cache.actions.put(actionKey, result, toBinary(ActionResultSchema, result), callFor());
}

/** Whether the test's action has a result that can be used now. */
export async function isHit(cache: Pick<Services, "actions">): Promise<boolean> {
  return (await cache.actions.get(actionKey, callFor())) !== undefined;
}
