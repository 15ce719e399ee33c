import { invalidArgument, quote } from "../request-error.ts";
import { digestFunctions, type DigestFunction } from "./digest-function.ts";

/** The digest functions that this server offers, and the REAPI's rules to find the one a request means. */
export class SupportedFunctions {
  readonly list: readonly DigestFunction[];
  readonly #byValue: ReadonlyMap<number, DigestFunction>;
  readonly #implicitByLength: ReadonlyMap<number, DigestFunction>;

  /** `list` is in order of preference: where two implicit functions share a hash length, the first is meant. */
  constructor(list: readonly DigestFunction[]) {
    this.list = list;
    this.#byValue = new Map(list.map((name) => [digestFunctions[name].value, name]));
    const implicit = list.filter((name) => !digestFunctions[name].named).toReversed();
    this.#implicitByLength = new Map(
      implicit.map((name) => [digestFunctions[name].hashLength, name]),
    );
  }

  has(name: DigestFunction): boolean {
    return this.list.includes(name);
  }

  /** The function of a request that sets `digest_function` to a non-zero `value`. */
  byValue(value: number): DigestFunction {
    const name = this.#byValue.get(value);
    if (name === undefined) {
      const known = this.list.join(", ").toUpperCase();
      throw invalidArgument(
        "digest_function",
        `${value} is not supported here; use one of ${known}`,
      );
    }
    return name;
  }

  /** The one that hashes of this length mean which come without one. */
  implicit(hashLength: number): DigestFunction | undefined {
    return this.#implicitByLength.get(hashLength);
  }

  /** The function of a hash that came without one: only old functions may be implicit, told apart by length. */
  byHash(hash: string, field: string): DigestFunction {
    const name = this.implicit(hash.length);
    if (name === undefined) {
      throw invalidArgument(
        field,
        `the hash ${quote(hash)} has ${hash.length} characters, which no digest function supported here has; ` +
          "newer functions must be named",
      );
    }
    return name;
  }
}
