import { type Clock, systemClock } from "../clock.ts";

/** From what only a search for a mistake needs to what somebody has to mend. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof logLevels)[number];

/** What a field may say; a list is of texts too long for one. What is `undefined` is left out. */
export type LogValue = string | number | readonly string[] | undefined;

export type LogFields = Readonly<Record<string, LogValue>>;

/** One line of a log. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly level: LogLevel;
  /** One of few, where nothing but the fields tells one line from another. */
  readonly message: string;
  readonly fields: LogFields;
}

/** Where lines go, in the form that is usual there. */
export type WriteEntry = (entry: LogEntry) => void;

interface LogOptions {
  /** Lines below it are not written. */
  readonly level: LogLevel;
  readonly write: WriteEntry;
  readonly clock?: Clock;
}

export class Log {
  readonly #least: number;
  readonly #write: WriteEntry;
  readonly #clock: Clock;

  constructor({ level, write, clock = systemClock }: LogOptions) {
    this.#least = logLevels.indexOf(level);
    this.#write = write;
    this.#clock = clock;
  }

  isOn(level: LogLevel): boolean {
    return logLevels.indexOf(level) >= this.#least;
  }

  say(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (this.isOn(level)) this.#write({ timeMs: this.#clock.now(), level, message, fields });
  }
}

/** A level by its name. */
export function parseLogLevel(text: string): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}
