import { jsonLine } from "../../../shared/telemetry/json-line.ts";
import { Log, type LogLevel } from "../../../shared/telemetry/log.ts";
import type { Metric } from "../../../shared/telemetry/metric.ts";
import { LogStream } from "./log-stream.node.ts";
import { textLine } from "./text-line.node.ts";

/** How a server writes its log; threads are told, because they do not see what standard error is. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "text" | "json";
  readonly hasColor: boolean;
}

/** A log on standard error, with what it counts. */
export interface OpenLog extends Disposable {
  readonly log: Log;
  metrics(): readonly Metric[];
}

/**
 * Opens the log of this thread. The stream of standard error is what does not block here: Node writes to pipes without waiting. That of
 * a worker thread hands whole writes to the main thread, so that the lines of threads never mix.
 */
export function openLog({ level, format, hasColor }: LogOptions): OpenLog {
  const stream = new LogStream({
    format: format === "json" ? jsonLine : (entry) => textLine(entry, hasColor),
    stream: process.stderr,
  });
  // Whoever reads the log may leave: that must not end the server.
  process.stderr.on("error", ignore);
  const flush = (): void => stream.flush();
  process.on("exit", flush);
  return {
    log: new Log({ level, write: stream.write }),
    metrics: () => stream.metrics(),
    [Symbol.dispose]: () => {
      flush();
      process.off("exit", flush);
      process.stderr.off("error", ignore);
    },
  };
}

function ignore(): void {}
