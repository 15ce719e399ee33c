import { Log } from "../../shared/telemetry/log.ts";

/** A log whose lines go there, as `level: message`. */
export function logOf(lines: string[]): Log {
  const write = ({ level, message }: { readonly level: string; readonly message: string }): void =>
    void lines.push(`${level}: ${message}`);
  return new Log({ level: "debug", write });
}
