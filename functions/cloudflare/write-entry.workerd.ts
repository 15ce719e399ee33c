import type { LogEntry, LogLevel } from "../../shared/telemetry/log.ts";

/** Workers Logs has a level of its own, which is that of the method. */
const methods: Readonly<Record<LogLevel, "debug" | "log" | "warn" | "error">> = {
  debug: "debug",
  info: "log",
  warn: "warn",
  error: "error",
};

/** Writes an object, of which Workers Logs makes fields to look for. It knows the time itself. */
export function writeEntry({ level, message, fields }: LogEntry): void {
  console[methods[level]]({ level, message, ...fields });
}
