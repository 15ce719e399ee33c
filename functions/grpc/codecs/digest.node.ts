import { HEX_DIGITS_OF_256_BITS, textOfWords } from "../../../shared/digest/hash-words.ts";
import { HashWordsReader } from "../../../shared/digest/hash-words-reader.ts";
import { WordsDigestMessage } from "../../../shared/digest/words-digest.ts";
import type { Digest } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { WireReader } from "./wire-reader.node.ts";
import { varintBytes, type WireWriter } from "./wire-writer.node.ts";

const HASH = (1 << 3) | 2;
const SIZE_BYTES = 2 << 3;

/** Reads digests, as they were sent. A hash of 256 bits comes as words, which takes a tenth of the time that a text does. */
export class DigestReader {
  readonly #hashes: HashWordsReader;
  #isWords = false;
  #hash = "";
  #size: number | bigint = 0;

  /** Room is made for so many hashes at a time. */
  constructor(expectedHashes: number) {
    this.#hashes = new HashWordsReader(expectedHashes);
  }

  /** Those of the hashes that were read, one behind the other, as long as there are no more than expected. */
  get words(): Uint32Array {
    return this.#hashes.words;
  }

  /** Reads the digest that a field holds. */
  read(reader: WireReader): void {
    this.#isWords = false;
    this.#hash = "";
    this.#size = 0;
    const outerEnd = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.tag();
      if (tag === HASH) {
        this.#isWords = reader.hashWords(this.#hashes);
        if (!this.#isWords) this.#hash = reader.string();
      } else if (tag === SIZE_BYTES) this.#size = reader.integer();
      else reader.skip(tag);
    }
    reader.leave(outerEnd);
  }

  /** The size of the digest that was read last, if its hash is in words from `at` on; otherwise -1. */
  sizeAt(at: number): number {
    return this.#isWords && this.#hashes.at === at && typeof this.#size === "number"
      ? this.#size
      : -1;
  }

  /** The digest that was read last. */
  get last(): Digest {
    if (this.#isWords && typeof this.#size === "number") {
      return new WordsDigestMessage(this.#hashes, this.#size);
    }
    return {
      $typeName: "build.bazel.remote.execution.v2.Digest",
      hash: this.#isWords ? textOfWords(this.#hashes) : this.#hash,
      sizeBytes: BigInt(this.#size),
    };
  }

  /** The digest that a field holds. */
  next(reader: WireReader): Digest {
    this.read(reader);
    return this.last;
  }
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
