import type { Writable } from "node:stream";
import { limits } from "../../../shared/limits.ts";
import { instruments } from "../../../shared/telemetry/instruments.ts";
import type { LogEntry } from "../../../shared/telemetry/log.ts";
import { type Metric, metricOf } from "../../../shared/telemetry/metric.ts";

/** What a line is made of, and what it is written to: standard error, of whatever thread. */
interface LogStreamOptions {
  readonly format: (entry: LogEntry) => string;
  readonly stream: Pick<Writable, "write" | "writableLength">;
}

/**
 * Gathers lines for some milliseconds, for each write costs as much as several of them. Lines are dropped and counted where nobody takes
 * them: a server must neither wait for whoever reads its log nor keep what it does not read.
 */
export class LogStream implements Disposable {
  readonly #format: (entry: LogEntry) => string;
  readonly #stream: LogStreamOptions["stream"];
  #text = "";
  #lines = 0;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;
  #told = 0;

  constructor({ format, stream }: LogStreamOptions) {
    this.#format = format;
    this.#stream = stream;
  }

  readonly write = (entry: LogEntry): void => {
    this.#text += this.#format(entry);
    this.#lines += 1;
    const isUrgent = entry.level === "warn" || entry.level === "error";
    if (isUrgent || this.#text.length >= limits.logGatherBytes) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), limits.logGatherMs).unref();
  };

  /** Writes what was gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [text, lines] = [this.#text, this.#lines];
    this.#text = "";
    this.#lines = 0;
    if (lines === 0) return;
    if (this.#stream.writableLength > limits.logBacklogBytes) {
      this.#dropped += lines;
      return;
    }
    // As bytes, because a text that waits would keep all the lines that it was made of.
    this.#stream.write(Buffer.from(this.#news() + text));
  }

  metrics(): readonly Metric[] {
    return [metricOf(instruments.logLinesDropped, {}, this.#dropped)];
  }

  [Symbol.dispose](): void {
    this.flush();
  }

  /** A line on how many were dropped since the last of its kind. */
  #news(): string {
    const lines = this.#dropped - this.#told;
    if (lines === 0) return "";
    this.#told = this.#dropped;
    const message = "lines of the log were dropped: whoever reads it does not keep up";
    return this.#format({ timeMs: Date.now(), level: "warn", message, fields: { lines } });
  }
}
