import type { Clock } from "../../clock.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** How much later than a sweep DynamoDB may delete an item: sweeps come first, unless none has run for so long. */
const AFTER_SWEEPS_MS = 7 * DAY_MS;

/** How much earlier than DynamoDB we take an item for gone: more than all clocks and requests in flight can be out by. */
const BEFORE_DELETION_MS = DAY_MS;

/**
 * DynamoDB deletes items by itself, at some time after the moment that an attribute names: the net below the sweeps. An item that it
 * may delete must not be relied on, and not be renewed either, so from some time before that moment on it counts as absent.
 */
export class ItemLife {
  readonly #clock: Clock;
  readonly #keepMs: number;

  /** `keepMs` is how long sweeps keep what nobody uses after its lease has ended. */
  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** When DynamoDB may delete a row with such a lease, in seconds since the epoch. */
  endOf(leaseEndsMs: number): number {
    return Math.ceil((leaseEndsMs + this.#keepMs + AFTER_SWEEPS_MS) / 1000);
  }

  /** Items whose end is not after this are gone. */
  goneUntil(): number {
    return Math.ceil((this.#clock.now() + BEFORE_DELETION_MS) / 1000);
  }
}
