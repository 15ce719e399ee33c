import type { Clock } from "../../shared/clock.ts";
import type { Principal } from "../../shared/stores/call.ts";

/** Whom a credential names, and until when it does. */
export interface Identified {
  readonly principal: Principal;
  /** In milliseconds since the epoch; for good if left out. */
  readonly untilMs?: number;
}

/** Credentials remembered at most: a build shows one, however many requests it makes. */
const MAX_REMEMBERED = 1024;

/**
 * Remembers whom a credential named, by the header that showed it: to look a header up takes a hundredth of the time that hashing a token
 * does, and tells as little about it.
 */
export class KnownCallers {
  readonly #clock: Clock;
  readonly #known = new Map<string, Identified>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(shown: string): Principal | undefined {
    const known = this.#known.get(shown);
    if (known?.untilMs === undefined || known.untilMs > this.#clock.now()) return known?.principal;
    this.#known.delete(shown);
    return undefined;
  }

  remember(shown: string, identified: Identified): Principal {
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(shown, identified);
    return identified.principal;
  }
}
