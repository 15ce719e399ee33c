import type { Digest as DigestMessage } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Digest, type Hash, hashOfWords } from "./digest.ts";
import type { DigestFunction } from "./digest-function.ts";
import { type HashWords, textOfWords } from "./hash-words.ts";

/** A digest whose hash of 256 bits was read as words: look-ups go by these, and few ever ask for the text. */
export class WordsDigest implements Digest, HashWords {
  readonly function: DigestFunction;
  readonly words: Uint32Array;
  readonly at: number;
  readonly sizeBytes: number;
  #hash: Hash | undefined;

  constructor(name: DigestFunction, words: Uint32Array, at: number, sizeBytes: number) {
    this.function = name;
    this.words = words;
    this.at = at;
    this.sizeBytes = sizeBytes;
  }

  get hashWords(): HashWords {
    return this;
  }

  get hash(): Hash {
    this.#hash ??= hashOfWords(this);
    return this.#hash;
  }
}

/** The same as a message has it, which does not name the function. */
export class WordsDigestMessage implements DigestMessage, HashWords {
  readonly $typeName = "build.bazel.remote.execution.v2.Digest";
  readonly words: Uint32Array;
  readonly at: number;
  /** From 0 to 2^53 - 1. */
  readonly size: number;

  constructor({ words, at }: HashWords, size: number) {
    this.words = words;
    this.at = at;
    this.size = size;
  }

  get hash(): string {
    return textOfWords(this);
  }

  get sizeBytes(): bigint {
    return BigInt(this.size);
  }
}
