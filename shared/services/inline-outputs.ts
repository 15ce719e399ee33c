import { clone, toBinary } from "@bufbuild/protobuf";
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

/** Where contents are read. */
export interface ContentsReader {
  readonly digests: RequestDigests;
  readonly blobs: BlobStore;
  readonly call: Call;
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
  reader: ContentsReader,
): Promise<ActionResult> {
  const result = clone(ActionResultSchema, stored);
  if (result.stdoutDigest !== undefined) result.stdoutRaw = new Uint8Array();
  if (result.stderrDigest !== undefined) result.stderrRaw = new Uint8Array();
  for (const file of result.outputFiles) {
    if (file.digest !== undefined) file.contents = new Uint8Array();
  }
  if (!wishes.stdout && !wishes.stderr && wishes.files.length === 0) return result;

  const wanted: Wanted[] = [];
  if (wishes.stdout && result.stdoutDigest) {
    wanted.push({ digest: result.stdoutDigest, put: (bytes) => (result.stdoutRaw = bytes) });
  }
  if (wishes.stderr && result.stderrDigest) {
    wanted.push({ digest: result.stderrDigest, put: (bytes) => (result.stderrRaw = bytes) });
  }
  const paths = new Set(wishes.files);
  for (const file of result.outputFiles) {
    if (!paths.has(file.path) || file.digest === undefined) continue;
    wanted.push({ digest: file.digest, put: (bytes) => (file.contents = bytes) });
  }
  const besideBytes = toBinary(ActionResultSchema, result).byteLength;
  const messages = wanted.map(({ digest }) => digest);
  const contents = await readContents(messages, besideBytes, reader);
  for (const [index, { put }] of wanted.entries()) {
    const bytes = contents[index];
    if (bytes !== undefined) put(bytes);
  }
  return result;
}

interface Wanted {
  readonly digest: DigestMessage;
  readonly put: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/**
 * The contents of blobs for an answer that has `besideBytes` without them: of as many as fit, from the first on. Whatever does not, is empty
 * or is gone is `undefined`. Throws a store's trouble, and INVALID_ARGUMENT for what is no digest.
 */
export async function readContents(
  messages: readonly DigestMessage[],
  besideBytes: number,
  { digests, blobs, call }: ContentsReader,
): Promise<readonly (Uint8Array<ArrayBuffer> | undefined)[]> {
  let room = limits.responseMessageBytes - SLACK_BYTES - besideBytes;
  const asked = messages.map((message) => {
    if (message.sizeBytes === 0n) return undefined;
    const digest = digests.parse(message, "digest");
    if (digest.sizeBytes > room) return undefined;
    room -= digest.sizeBytes;
    return digest;
  });
  const found = await blobs.getBatch(
    asked.filter((digest) => digest !== undefined),
    call,
  );
  const entries = found.values();
  return asked.map((digest) => {
    const entry = digest && entries.next().value;
    if (entry !== undefined && "error" in entry) throw entry.error;
    return entry?.data;
  });
}
