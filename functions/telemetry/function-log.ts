import { systemClock } from "../../shared/clock.ts";
import {
  Log,
  type LogLevel,
  logLevels,
  parseLogLevel,
  type WriteEntry,
} from "../../shared/telemetry/log.ts";
import { requestLog } from "./request-log.ts";
import type { RequestListener } from "./request-watch.ts";
import { Troubles } from "./troubles.ts";

/** What a function tells of itself: its log, what reports trouble to it, and what adds a line for each request. */
export interface FunctionLog {
  readonly log: Log;
  readonly troubles: Troubles;
  readonly listener: RequestListener;
}

/** The log of whoever serves requests, where the platform takes lines in this way. */
export function functionLog(level: LogLevel, write: WriteEntry): FunctionLog {
  const log = new Log({ level, write });
  const troubles = new Troubles(log, systemClock);
  return { log, troubles, listener: requestLog(log, troubles) };
}

/** What HAYLOFT_LOG_LEVEL says. Throws an error that names it and the remedy. */
export function readLogLevel(text = ""): LogLevel | undefined {
  const level = parseLogLevel(text);
  if (level !== undefined || text === "") return level;
  throw new Error(
    `HAYLOFT_LOG_LEVEL is ${JSON.stringify(text)}: give one of ${logLevels.join(", ")}`,
  );
}
