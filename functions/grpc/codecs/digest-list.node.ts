import { WORDS_OF_256_BITS } from "../../../shared/digest/hash-words.ts";
import {
  type DigestMessages,
  WordsDigestMessages,
} from "../../../shared/digest/words-digest-messages.ts";
import type { Digest } from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { DigestReader } from "./digest.node.ts";
import type { WireReader } from "./wire-reader.node.ts";

/** The least that a message has for each hash of 256 bits: its digits, a tag and their number. */
const HASH_BYTES = 66;

/** Reads a message's list of digests: without an object for each, as long as all have hashes of 256 bits. */
export class DigestListReader {
  readonly #digests: DigestReader;
  readonly #sizes: Float64Array;
  #count = 0;
  /** All of them, once one is of another kind. */
  #messages: Digest[] | undefined;

  /** For a message of so many bytes. */
  constructor(bytes: number) {
    const mostHashes = Math.floor(bytes / HASH_BYTES);
    this.#digests = new DigestReader(mostHashes);
    this.#sizes = new Float64Array(mostHashes);
  }

  /** Reads the digest that a field holds. */
  read(reader: WireReader): void {
    this.#digests.read(reader);
    const place = this.#count * WORDS_OF_256_BITS;
    const size = this.#messages === undefined ? this.#digests.sizeAt(place) : -1;
    if (size >= 0) this.#sizes[this.#count++] = size;
    else (this.#messages ??= Array.from<Digest>(this.#inWords)).push(this.#digests.last);
  }

  get all(): DigestMessages {
    return this.#messages ?? this.#inWords;
  }

  get #inWords(): WordsDigestMessages {
    return new WordsDigestMessages(this.#digests.words, this.#sizes, this.#count);
  }
}
