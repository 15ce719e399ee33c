import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import type { Clock } from "../../shared/clock.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import { principalOf } from "./grants.ts";
import type { Identified } from "./known-callers.ts";
import type { Policy } from "./policy.ts";

interface Holder extends Identified {
  readonly hash: Uint8Array;
}

/** Who holds which token. Of tokens only the SHA-256 is known. */
export class TokenHolders {
  readonly #holders: readonly Holder[];
  readonly #clock: Clock;

  constructor(tokens: Policy["tokens"], sharing: readonly InstanceName[], clock: Clock) {
    this.#clock = clock;
    this.#holders = (tokens ?? []).flatMap((token) => {
      const { subject, expires } = token;
      const principal = principalOf(subject, token, sharing);
      const until = expires === undefined ? {} : { untilMs: Date.parse(expires) };
      const hashes = [token.sha256].flat();
      return hashes.map((hash) => ({ hash: hexToBytes(hash), principal, ...until }));
    });
  }

  /** `undefined` for what is the token of nobody, or not any more. */
  find(token: Uint8Array): Identified | undefined {
    const hash = sha256(token);
    // All of them, so that the time tells nothing.
    let found: Holder | undefined;
    for (const holder of this.#holders) if (isSame(hash, holder.hash)) found ??= holder;
    const { untilMs = Infinity } = found ?? {};
    return untilMs > this.#clock.now() ? found : undefined;
  }
}

/** Takes as long for every pair of hashes: how far two are alike must not show. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}
