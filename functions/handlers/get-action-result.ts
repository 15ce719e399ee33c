import { type Digest, formatDigest } from "../../shared/digest/digest.ts";
import type {
  ActionResult,
  Digest as DigestMessage,
  GetActionResultRequest,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { RequestError } from "../../shared/request-error.ts";
import { decodeActionResult } from "../../shared/services/decode-action-result.ts";
import { inlineOutputs, readContents } from "../../shared/services/inline-outputs.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import { type Soon, whenKnown } from "../../shared/soon.ts";
import type { Services } from "../../shared/services/services.ts";
import type { CallContext } from "./call-context.ts";
import { callOf } from "./call-of.ts";

/** A result that was found, and can be used. */
export interface FoundResult {
  /** As it was written. */
  readonly bytes: Uint8Array;
  /** With the contents put in that the request wishes for, and others taken out. */
  readonly tailored: () => Promise<ActionResult>;
  /** The contents of blobs that it refers to, for an answer that has them in it; `undefined` for those that have no place there. */
  readonly contents: (
    digests: readonly DigestMessage[],
  ) => Promise<readonly (Uint8Array | undefined)[]>;
}

/** Looks an action result up. Throws NOT_FOUND, among others; at once where it can. */
export function getActionResult(
  request: GetActionResultRequest,
  { functions, actions, store }: Services,
  context: CallContext,
): Soon<FoundResult> {
  const call = callOf(context, request.instanceName, "ac-read");
  const digests = new RequestDigests(functions, request.digestFunction);
  const action = digests.parse(request.actionDigest, "action_digest");
  return whenKnown(actions.getBytes(action, call), (bytes) => {
    if (bytes === undefined) throw notCached(action);
    // Contents are blobs, and those are another right.
    const mayRead = call.principal.standingIn(call.instanceName).rights.has("cas-read");
    const reader = { digests, blobs: store, call };
    return {
      bytes,
      contents: async (messages) =>
        mayRead
          ? await readContents(messages, bytes.byteLength, reader)
          : messages.map(() => undefined),
      tailored: async () => {
        const wishes = {
          stdout: request.inlineStdout,
          stderr: request.inlineStderr,
          files: request.inlineOutputFiles,
        };
        const stored = decodeActionResult(bytes);
        if (stored === undefined) throw notCached(action);
        return mayRead ? await inlineOutputs(stored, wishes, reader) : stored;
      },
    };
  });
}

function notCached(action: Digest): RequestError {
  return new RequestError("not-found", `no usable result of ${formatDigest(action)} is cached`);
}
