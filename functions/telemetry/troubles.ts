import type { Clock } from "../../shared/clock.ts";
import { limits } from "../../shared/limits.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { Log, LogFields, LogLevel } from "../../shared/telemetry/log.ts";
import { errorClass } from "../handlers/error-class.ts";
import type { ReportError } from "./report-error.ts";
import { troubleFields } from "./error-fields.ts";

/** What was told, until when it is not told again, and how often it would have been. */
interface Told {
  readonly untilMs: number;
  more: number;
}

/** Different things that are remembered as told; beyond, all are forgotten. */
const MAX_TOLD = 100;

/**
 * What is told of trouble, once with all that is known: a store in trouble fails every request, so that what has just been told is
 * counted instead.
 */
export class Troubles {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();
  readonly #errors = new WeakSet<Error>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Tells of what no request's line tells of: `where` says what it was about. */
  readonly report: ReportError = (error, where) => {
    // An answer that breaks off fails its request first, and then whoever sends it.
    if (error instanceof Error && this.#errors.has(error)) return;
    const fields = this.fieldsOf(error);
    if (fields !== undefined) this.#log.say(levelOf(error), where, fields);
  };

  /** What the line of a request says of its trouble; `undefined` where that was just told. */
  fieldsOf(error: unknown): LogFields | undefined {
    if (error instanceof Error) this.#errors.add(error);
    const key = keyOf(error);
    const nowMs = this.#clock.now();
    const told = this.#told.get(key);
    if (told !== undefined && nowMs < told.untilMs) {
      told.more += 1;
      return undefined;
    }
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.set(key, { untilMs: nowMs + limits.quietMs, more: 0 });
    const repeated = told === undefined || told.more === 0 ? undefined : told.more;
    return { ...troubleFields(error), repeated };
  }
}

/** A defect is for whoever mends Hayloft, all else for whoever runs it. */
export function levelOf(error: unknown): LogLevel {
  return errorClass(error) === "internal" ? "error" : "warn";
}

function keyOf(error: unknown): string {
  if (error instanceof StoreError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
