import { HEX_DIGITS_OF_256_BITS, textOfWords } from "../../../shared/digest/hash-words.ts";
import type { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";
import { WordsDigestMessage } from "../../../shared/digest/words-digest.ts";
import type { Digest } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { WireReader } from "./wire-reader.node.ts";
import { varintBytes, type WireWriter } from "./wire-writer.node.ts";

const HASH = (1 << 3) | 2;
const SIZE_BYTES = 2 << 3;

/** What a list has for each digest: its hash of 256 bits, with tags, lengths and the size. */
export const DIGEST_BYTES = 70;

/** The digest that a field holds, as it was sent. A hash of 256 bits comes as words, which takes a tenth of the time that a text does. */
export function readDigest(reader: WireReader, hashes: HashWordsReader): Digest {
  let isWords = false;
  let hash = "";
  let size: number | bigint = 0;
  const outerEnd = reader.enter();
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    if (tag === HASH) {
      isWords = reader.hashWords(hashes);
      if (!isWords) hash = reader.string();
    } else if (tag === SIZE_BYTES) size = reader.integer();
    else reader.skip(tag);
  }
  reader.leave(outerEnd);
  if (isWords && typeof size === "number") return new WordsDigestMessage(hashes, size);
  return {
    $typeName: "build.bazel.remote.execution.v2.Digest",
    hash: isWords ? textOfWords(hashes) : hash,
    sizeBytes: BigInt(size),
  };
}

/** A digest in an answer: one that has been checked, so that its hash is ASCII and its size exact. */
export type AnswerDigest = Partial<Pick<Digest, "hash" | "sizeBytes">>;

/** The bytes that `writeDigest` writes. */
export function digestBytes(digest: AnswerDigest): number {
  const size = sizeOf(digest);
  const digits =
    digest instanceof WordsDigestMessage ? HEX_DIGITS_OF_256_BITS : (digest.hash?.length ?? 0);
  return 1 + varintBytes(digits) + digits + (size === 0 ? 0 : 1 + varintBytes(size));
}

export function writeDigest(writer: WireWriter, digest: AnswerDigest): void {
  writer.uint32(HASH);
  if (digest instanceof WordsDigestMessage) writer.hashWords(digest);
  else writer.ascii(digest.hash ?? "");
  const size = sizeOf(digest);
  if (size !== 0) writer.uint32(SIZE_BYTES).uint53(size);
}

function sizeOf(digest: AnswerDigest): number {
  return digest instanceof WordsDigestMessage ? digest.size : Number(digest.sizeBytes ?? 0n);
}
