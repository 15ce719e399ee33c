import type { Digest as DigestMessage } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { Digest } from "./digest.ts";
import type { DigestFunction } from "./digest-function.ts";
import { WORDS_OF_256_BITS } from "./hash-words.ts";
import { WordsDigest, WordsDigestMessage } from "./words-digest.ts";

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
