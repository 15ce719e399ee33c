import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type ActionResult,
  type ActionResultSchema,
  type DirectorySchema,
  TreeSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Blob, type DigestInit, messageBlob, randomBlob } from "./blobs.ts";
import type { Fixture } from "./check.ts";
import { type Outcome, outcome } from "./outcome.ts";

export type ActionResultInit = MessageInitShape<typeof ActionResultSchema>;

/** Stores a result under an action that nobody else has; the action's digest. */
export async function store(
  { actions, instanceName }: Fixture,
  actionResult: ActionResultInit,
  actionDigest: DigestInit = randomBlob().digest,
): Promise<DigestInit> {
  await actions.updateActionResult({ instanceName, actionDigest, actionResult });
  return actionDigest;
}

export async function load(
  { actions, instanceName }: Fixture,
  actionDigest: DigestInit,
): Promise<ActionResult> {
  return await actions.getActionResult({ instanceName, actionDigest });
}

/** How a result is answered right after it was stored. */
export async function storedOutcome(f: Fixture, result: ActionResultInit): Promise<Outcome> {
  return await outcome(load(f, await store(f, result)));
}

export function tree(
  root: MessageInitShape<typeof DirectorySchema>,
  ...children: readonly MessageInitShape<typeof DirectorySchema>[]
): Blob {
  return messageBlob(TreeSchema, { root, children: [...children] });
}
