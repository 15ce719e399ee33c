import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { KeySet } from "./key-set.ts";
import type { KeySource } from "./key-source.ts";

export interface CachedKeysOptions {
  /** Whose keys they are, and where, for errors: whoever shows a token reads the first, and only the log the second. */
  readonly issuer: string;
  readonly place: string;
  readonly load: () => Promise<KeySet>;
  readonly freshMs: number;
  /** How old the last good keys may be while there are no newer ones. */
  readonly staleMs: number;
  readonly clock: Clock;
  readonly report?: ((error: unknown, where: string) => void) | undefined;
}

/**
 * Keys that are loaded when somebody needs them. Who finds them old makes the attempt to load them, and everybody else goes on with
 * the old ones. No request waits for the promise of another: Cloudflare's runtime forbids it, and may end that other without a word.
 */
export class CachedKeys implements KeySource {
  readonly #options: CachedKeysOptions;
  #keys: KeySet | undefined;
  #loadedMs = -Infinity;
  /** Until when an attempt is under way, at the latest. */
  #busyUntilMs = -Infinity;
  /** Until when none is made after the last one. */
  #restUntilMs = -Infinity;
  #failures = 0;
  #lastFailure: unknown;

  constructor(options: CachedKeysOptions) {
    this.#options = options;
  }

  async current(): Promise<KeySet> {
    for (;;) {
      const fresh = this.#youngerThan(this.#options.freshMs);
      if (fresh !== undefined) return fresh;
      if (this.#mayAttempt()) await this.#attempt();
      const usable = this.#youngerThan(this.#options.staleMs);
      if (usable !== undefined) return usable;
      if (!this.#isBusy()) throw this.#unavailable();
      await new Promise((resolve) => {
        setTimeout(resolve, limits.keysPollMs);
      });
    }
  }

  async newerThan(keys: KeySet): Promise<KeySet> {
    if (this.#mayAttempt()) await this.#attempt();
    if (this.#keys !== undefined && this.#keys !== keys) return this.#keys;
    // The token may well be good.
    if (this.#isBusy() || this.#failures > 0) throw this.#unavailable();
    return keys;
  }

  #youngerThan(ageMs: number): KeySet | undefined {
    return this.#options.clock.now() < this.#loadedMs + ageMs ? this.#keys : undefined;
  }

  #isBusy(): boolean {
    return this.#options.clock.now() < this.#busyUntilMs;
  }

  #mayAttempt(): boolean {
    return !this.#isBusy() && this.#options.clock.now() >= this.#restUntilMs;
  }

  async #attempt(): Promise<void> {
    const { clock, load, freshMs } = this.#options;
    // Later than it fails by itself: only one whose request the runtime has ended is given up so.
    this.#busyUntilMs = clock.now() + limits.keysLoadMs + limits.keysRetryMs;
    try {
      this.#keys = await load();
      this.#loadedMs = clock.now();
      this.#failures = 0;
      this.#restUntilMs = clock.now() + Math.min(limits.keysCoolDownMs, freshMs);
    } catch (error) {
      const restMs = Math.min(limits.keysRetryMs * 2 ** this.#failures, limits.keysRetryMaxMs);
      this.#failures += 1;
      this.#lastFailure = error;
      this.#restUntilMs = clock.now() + restMs;
      this.#report(error);
    } finally {
      this.#busyUntilMs = -Infinity;
    }
  }

  #report(error: unknown): void {
    const { issuer, place, report } = this.#options;
    const message = `the keys of ${issuer} cannot be had from ${place}: ${reasonOf(error)}; until they can, tokens signed with newer ones cannot be checked`;
    report?.(new StoreError("unavailable", message, { cause: error }), "access");
  }

  #unavailable(): StoreError {
    const message = `the keys of ${this.#options.issuer} cannot be had at the moment; try again`;
    return new StoreError("unavailable", message, { cause: this.#lastFailure });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
