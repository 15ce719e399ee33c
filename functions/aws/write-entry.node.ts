import type { LogEntry } from "../../shared/telemetry/log.ts";

/** Writes one line of JSON, of which CloudWatch makes an event, with the names that Lambda's own filter for levels looks for. */
export function writeEntry({ timeMs, level, message, fields }: LogEntry): void {
  const timestamp = new Date(timeMs).toISOString();
  const entry = { timestamp, level: level.toUpperCase(), message, ...fields };
  process.stderr.write(`${JSON.stringify(entry)}\n`);
}
