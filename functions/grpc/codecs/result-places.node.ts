import type {
  Digest,
  GetActionResultRequest,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { fileTags, resultTags } from "./action-result-fields.ts";
import { DigestReader } from "./digest.node.ts";
import { MalformedMessage, WireReader } from "./wire-reader.node.ts";

/** What a GetActionResult wishes to have in its answer. */
type Wishes = Pick<GetActionResultRequest, "inlineStdout" | "inlineStderr" | "inlineOutputFiles">;

/** A place of an encoded ActionResult for the contents of a blob. */
export interface Place {
  readonly digest: Digest;
  /** The tag under which they go there. */
  readonly tag: number;
  /** Bytes before them: fields stay in the order of their numbers. */
  readonly at: number;
  /** The output file that they become a part of: where its field begins, where that one's value does, and where both end. */
  readonly file?: { readonly begin: number; readonly valueBegin: number; readonly end: number };
}

/**
 * Where an encoded ActionResult that has no contents in it takes those that are wished for, the most important first. `undefined` for one
 * that is written in an unusual way: it has to be decoded.
 */
export function placesFor(bytes: Uint8Array, wishes: Wishes): readonly Place[] | undefined {
  const { inlineStdout, inlineStderr, inlineOutputFiles } = wishes;
  if (!inlineStdout && !inlineStderr && inlineOutputFiles.length === 0) return [];
  try {
    return findPlaces(bytes, wishes);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

function findPlaces(
  bytes: Uint8Array,
  { inlineStdout, inlineStderr, inlineOutputFiles }: Wishes,
): readonly Place[] | undefined {
  const paths = new Set(inlineOutputFiles);
  const digests = new DigestReader(paths.size + 2);
  const reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const files: Place[] = [];
  let stdout: Place | undefined;
  let stderr: Place | undefined;
  while (!reader.isAtEnd) {
    const begin = reader.position;
    const tag = reader.tag();
    if (tag === resultTags.outputFiles && paths.size > 0) {
      const outerEnd = reader.enter();
      const valueBegin = reader.position;
      const file = readFile(reader, digests);
      if (file === undefined) return undefined;
      const end = reader.position;
      reader.leave(outerEnd);
      const { path, digest, contentsAt: at } = file;
      if (!paths.has(path) || digest === undefined) continue;
      files.push({ digest, tag: fileTags.contents, at, file: { begin, valueBegin, end } });
    } else if (tag === resultTags.stdoutDigest && inlineStdout) {
      if (stdout !== undefined) return undefined;
      stdout = { digest: digests.next(reader), tag: resultTags.stdoutRaw, at: begin };
    } else if (tag === resultTags.stderrDigest && inlineStderr) {
      if (stderr !== undefined) return undefined;
      stderr = { digest: digests.next(reader), tag: resultTags.stderrRaw, at: begin };
    } else reader.skip(tag);
  }
  return [stdout, stderr, ...files].filter((place) => place !== undefined);
}

interface File {
  readonly path: string;
  readonly digest: Digest | undefined;
  readonly contentsAt: number;
}

/** `undefined` where a field comes twice. */
function readFile(reader: WireReader, digests: DigestReader): File | undefined {
  let path: string | undefined;
  let digest: Digest | undefined;
  let contentsAt: number | undefined;
  while (!reader.isAtEnd) {
    const begin = reader.position;
    const tag = reader.tag();
    if (tag > fileTags.contents) contentsAt ??= begin;
    if (tag === fileTags.path) {
      if (path !== undefined) return undefined;
      path = reader.string();
    } else if (tag === fileTags.digest) {
      if (digest !== undefined) return undefined;
      digest = digests.next(reader);
    } else reader.skip(tag);
  }
  return { path: path ?? "", digest, contentsAt: contentsAt ?? reader.position };
}
