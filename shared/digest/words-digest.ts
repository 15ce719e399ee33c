import type { Digest as DigestMessage } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Digest, type Hash, hashOfWords } from "./digest.ts";
import type { DigestFunction } from "./digest-function.ts";
import { type HashWords, textOfWords, WORDS_OF_256_BITS } from "./hash-words.ts";

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

/** Digests as a message has them: its list, or, where that can be, without an object for each of many thousands. */
export type DigestMessages = readonly DigestMessage[] | WordsDigestMessages;

/** A message in which such a list stands for each list of digests. */
export type InWords<Message> = {
  [Field in keyof Message]: Message[Field] extends DigestMessage[]
    ? DigestMessages
    : Message[Field];
};

/** The digests of a message's list, whose hashes lie one behind the other. */
export class WordsDigestMessages implements Iterable<DigestMessage> {
  readonly #words: Uint32Array;
  readonly #sizes: Float64Array;
  readonly #count: number;

  /** The first so many of the hashes and sizes. */
  constructor(words: Uint32Array, sizes: Float64Array, count: number) {
    this.#words = words;
    this.#sizes = sizes;
    this.#count = count;
  }

  *[Symbol.iterator](): Iterator<WordsDigestMessage> {
    for (let index = 0; index < this.#count; index++) {
      const hash = { words: this.#words, at: index * WORDS_OF_256_BITS };
      yield new WordsDigestMessage(hash, this.#sizes[index] ?? 0);
    }
  }

  /** As digests of a function whose hashes have 256 bits. */
  named(name: DigestFunction): Digest[] {
    const digests: Digest[] = [];
    for (let index = 0; index < this.#count; index++) {
      const size = this.#sizes[index] ?? 0;
      digests.push(new WordsDigest(name, this.#words, index * WORDS_OF_256_BITS, size));
    }
    return digests;
  }
}
