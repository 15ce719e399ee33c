import { digestFunctions, type DigestFunction } from "../digest/digest-function.ts";
import { type Digest, parseHash, parseSize } from "../digest/digest.ts";
import { HEX_DIGITS_OF_256_BITS } from "../digest/hash-words.ts";
import type { SupportedFunctions } from "../digest/supported-functions.ts";
import { WordsDigest, WordsDigestMessage } from "../digest/words-digest.ts";
import { type DigestMessages, WordsDigestMessages } from "../digest/words-digest-messages.ts";
import type { Digest as DigestMessage } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument } from "../request-error.ts";

/**
 * The digests of one request, which share one digest function: the one it names, or the one that its first hash has the
 * length of.
 */
export class RequestDigests {
  readonly #functions: SupportedFunctions;
  #function: DigestFunction | undefined;

  /** `value` is the request's `digest_function`; 0 where it is not set. */
  constructor(functions: SupportedFunctions, value: number) {
    this.#functions = functions;
    this.#function = value === 0 ? undefined : functions.byValue(value);
  }

  /** Checks the digests of a list. Throws INVALID_ARGUMENT that names the first bad one in `field`. */
  parseAll(messages: DigestMessages, field: string): Digest[] {
    if (messages instanceof WordsDigestMessages) {
      const name = this.#functionOfWords();
      if (name !== undefined) return messages.named(name);
    }
    const digests: Digest[] = [];
    for (const message of messages) {
      const quick = this.#fromWords(message);
      digests.push(quick ?? this.parse(message, `${field}[${digests.length}]`));
    }
    return digests;
  }

  /** Checks one digest. Throws INVALID_ARGUMENT that names `field`. */
  parse(message: DigestMessage | undefined, field: string): Digest {
    if (message === undefined) throw invalidArgument(field, "is required");
    const quick = this.#fromWords(message);
    if (quick !== undefined) return quick;
    this.#function ??= this.#functions.byHash(message.hash, `${field}.hash`);
    const name = this.#function;
    return {
      function: name,
      hash: parseHash(name, message.hash, `${field}.hash`),
      sizeBytes: parseSize(message.sizeBytes, `${field}.size_bytes`),
    };
  }

  /** A digest whose hash was checked as it was read, if it has the length that its function's have. */
  #fromWords(message: DigestMessage): Digest | undefined {
    if (!(message instanceof WordsDigestMessage)) return undefined;
    const name = this.#functionOfWords();
    return name && new WordsDigest(name, message.words, message.at, message.size);
  }

  /** The request's function, or the one that hashes of 256 bits imply; `undefined` where its hashes have another length. */
  #functionOfWords(): DigestFunction | undefined {
    this.#function ??= this.#functions.implicit(HEX_DIGITS_OF_256_BITS);
    const name = this.#function;
    const has256Bits = name && digestFunctions[name].hashLength === HEX_DIGITS_OF_256_BITS;
    return has256Bits === true ? name : undefined;
  }
}

/** A parser for digests inside messages whose own digest has `name` as its function. */
export function digestsOf(name: DigestFunction, functions: SupportedFunctions): RequestDigests {
  return new RequestDigests(functions, digestFunctions[name].value);
}
