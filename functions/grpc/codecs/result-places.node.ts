import { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";
import type {
  Digest,
  GetActionResultRequest,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { readDigest } from "./digest.node.ts";
import { MalformedMessage, WireReader } from "./wire-reader.node.ts";

/** Fields of an ActionResult. */
export const OUTPUT_FILES: number = (2 << 3) | 2;
const STDOUT_RAW = (5 << 3) | 2;
const STDOUT_DIGEST = (6 << 3) | 2;
const STDERR_RAW = (7 << 3) | 2;
const STDERR_DIGEST = (8 << 3) | 2;

/** Of an OutputFile. */
const PATH = (1 << 3) | 2;
const FILE_DIGEST = (2 << 3) | 2;
const CONTENTS = (5 << 3) | 2;

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
  const hashes = new HashWordsReader(paths.size + 2);
  const reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const files: Place[] = [];
  let stdout: Place | undefined;
  let stderr: Place | undefined;
  while (!reader.isAtEnd) {
    const begin = reader.position;
    const tag = reader.tag();
    if (tag === OUTPUT_FILES && paths.size > 0) {
      const outerEnd = reader.enter();
      const valueBegin = reader.position;
      const file = readFile(reader, hashes);
      if (file === undefined) return undefined;
      const end = reader.position;
      reader.leave(outerEnd);
      const { path, digest, contentsAt: at } = file;
      if (!paths.has(path) || digest === undefined) continue;
      files.push({ digest, tag: CONTENTS, at, file: { begin, valueBegin, end } });
    } else if (tag === STDOUT_DIGEST && inlineStdout) {
      if (stdout !== undefined) return undefined;
      stdout = { digest: readDigest(reader, hashes), tag: STDOUT_RAW, at: begin };
    } else if (tag === STDERR_DIGEST && inlineStderr) {
      if (stderr !== undefined) return undefined;
      stderr = { digest: readDigest(reader, hashes), tag: STDERR_RAW, at: begin };
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
function readFile(reader: WireReader, hashes: HashWordsReader): File | undefined {
  let path: string | undefined;
  let digest: Digest | undefined;
  let contentsAt: number | undefined;
  while (!reader.isAtEnd) {
    const begin = reader.position;
    const tag = reader.tag();
    if (tag > CONTENTS) contentsAt ??= begin;
    if (tag === PATH) {
      if (path !== undefined) return undefined;
      path = reader.string();
    } else if (tag === FILE_DIGEST) {
      if (digest !== undefined) return undefined;
      digest = readDigest(reader, hashes);
    } else reader.skip(tag);
  }
  return { path: path ?? "", digest, contentsAt: contentsAt ?? reader.position };
}
