import { clone, toBinary } from "@bufbuild/protobuf";
import { collect } from "../bytes/collect.ts";
import { limits } from "../limits.ts";
import {
  type ActionResult,
  ActionResultSchema,
  type Digest as DigestMessage,
} from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import type { RequestDigests } from "./request-digests.ts";

/** Which blobs a GetActionResult asks to be put into its answer. */
export interface InlineWishes {
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** `output_files[].path`s; unknown ones are passed over. */
  readonly files: readonly string[];
}

/** Room for the framing of what is put in. */
const SLACK_BYTES = 64 * 1024;

/**
 * The result with the contents that were wished for put in, as far as they fit a response, and with contents that nobody asked
 * for taken out where their digest stays. Wishes are hints: a blob that is gone or too large is left as a digest.
 */
export async function inlineOutputs(
  stored: ActionResult,
  wishes: InlineWishes,
  { digests, blobs, call }: { digests: RequestDigests; blobs: BlobStore; call: Call },
): Promise<ActionResult> {
  const result = clone(ActionResultSchema, stored);
  if (result.stdoutDigest !== undefined) result.stdoutRaw = new Uint8Array();
  if (result.stderrDigest !== undefined) result.stderrRaw = new Uint8Array();
  for (const file of result.outputFiles) {
    if (file.digest !== undefined) file.contents = new Uint8Array();
  }
  if (!wishes.stdout && !wishes.stderr && wishes.files.length === 0) return result;

  let room = limits.responseMessageBytes - SLACK_BYTES;
  room -= toBinary(ActionResultSchema, result).byteLength;
  const read = async (message: DigestMessage | undefined): Promise<Uint8Array> => {
    if (message === undefined || message.sizeBytes === 0n) return new Uint8Array();
    const digest = digests.parse(message, "digest");
    if (digest.sizeBytes > room) return new Uint8Array();
    await using source = await blobs.get(digest, { offset: 0 }, call);
    if (source === undefined) return new Uint8Array();
    room -= digest.sizeBytes;
    return await collect(source, digest.sizeBytes);
  };
  if (wishes.stdout && result.stdoutDigest) result.stdoutRaw = await read(result.stdoutDigest);
  if (wishes.stderr && result.stderrDigest) result.stderrRaw = await read(result.stderrDigest);
  const wished = new Set(wishes.files);
  for (const file of result.outputFiles) {
    if (wished.has(file.path) && file.digest) file.contents = await read(file.digest);
  }
  return result;
}
