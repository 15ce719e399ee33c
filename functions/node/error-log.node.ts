import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { ReportError } from "../interceptors/errors.ts";

/** What was told, until when it is not told again, and how often it would have been. */
interface Told {
  readonly untilMs: number;
  more: number;
}

/** Different things that are remembered as told; beyond, all are forgotten. */
const MAX_TOLD = 100;

/**
 * Tells of trouble: with a store in one line, which says what to do, and of what nobody thought of with its stack. A store in trouble
 * fails every request, so that what has just been told is counted instead.
 */
export class ErrorLog {
  readonly #clock: Clock;
  readonly #write: (text: string) => void;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock, write: (text: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  readonly report: ReportError = (error, where) => {
    const text = textOf(error);
    const nowMs = this.#clock.now();
    const told = this.#told.get(text);
    if (told !== undefined && nowMs < told.untilMs) {
      told.more += 1;
      return;
    }
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.set(text, { untilMs: nowMs + limits.quietMs, more: 0 });
    const more = told === undefined || told.more === 0 ? "" : ` (and ${told.more} more before)`;
    this.#write(`hayloft: ${where}: ${text}${more}`);
  };
}

function textOf(error: unknown): string {
  if (error instanceof StoreError) return error.message;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `internal error: ${stack}`;
}
