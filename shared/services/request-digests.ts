import { digestFunctions, type DigestFunction } from "../digest/digest-function.ts";
import { type Digest, parseHash, parseSize } from "../digest/digest.ts";
import type { SupportedFunctions } from "../digest/supported-functions.ts";
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

  /** Checks one digest. Throws INVALID_ARGUMENT that names `field`. */
  parse(message: DigestMessage | undefined, field: string): Digest {
    if (message === undefined) throw invalidArgument(field, "is required");
    this.#function ??= this.#functions.byHash(message.hash, `${field}.hash`);
    const name = this.#function;
    return {
      function: name,
      hash: parseHash(name, message.hash, `${field}.hash`),
      sizeBytes: parseSize(message.sizeBytes, `${field}.size_bytes`),
    };
  }
}

/** A parser for digests inside messages whose own digest has `name` as its function. */
export function digestsOf(name: DigestFunction, functions: SupportedFunctions): RequestDigests {
  return new RequestDigests(functions, digestFunctions[name].value);
}
