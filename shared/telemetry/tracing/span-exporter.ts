import { traceLimits } from "../../trace-limits.ts";
import { instruments } from "../instruments.ts";
import type { Meter } from "../meter.ts";
import type { CounterSeries } from "../series.ts";
import { otlpMessage } from "./otlp-message.ts";
import { type Collector, type Outcome, sendSpans } from "./otlp-sender.ts";
import type { Attributes, Span } from "./span.ts";

export interface SpanExporterOptions {
  readonly collector: Collector;
  /** Who tells. */
  readonly resource: Attributes;
  readonly meter: Meter;
  /** Takes a line of the log. */
  readonly warn: (text: string) => void;
  readonly fetch: typeof globalThis.fetch;
  /** How long spans wait for others to be sent with; left out, they wait for `flush`. */
  readonly everyMs?: number;
}

/** Sends spans that have ended to a collector, many at a time. What it does not take is dropped: no request ever waits for it. */
export class SpanExporter {
  readonly #options: SpanExporterOptions;
  readonly #exported: CounterSeries;
  readonly #dropped: CounterSeries;
  readonly #closed = new AbortController();
  readonly #waiting: Span[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #underWay: Promise<void> | undefined;
  #isInTrouble = false;

  constructor(options: SpanExporterOptions) {
    this.#options = options;
    this.#exported = options.meter.counter(instruments.spansExported);
    this.#dropped = options.meter.counter(instruments.spansDropped);
  }

  /** Takes a span that has ended. */
  readonly add = (span: Span): void => {
    if (this.#waiting.length >= traceLimits.spansWaiting || this.#closed.signal.aborted) {
      this.#dropped.count += 1;
      return;
    }
    this.#waiting.push(span);
    this.#arrange();
  };

  /** Sends all that wait, for as long as it may take. Never rejects. */
  async flush(withinMs: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    await Promise.race([this.#sendAll(), late]);
    clearTimeout(timer);
  }

  /** The same; what is not sent by then is given up. */
  async close(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#closed.abort(), withinMs);
    await this.#sendAll();
    clearTimeout(timer);
    this.#closed.abort();
  }

  async #sendAll(): Promise<void> {
    while (this.#underWay !== undefined || this.#waiting.length > 0) {
      this.#begin();
      await this.#underWay;
    }
  }

  /** Sees to it that what waits is sent some time. */
  #arrange(): void {
    const { everyMs } = this.#options;
    if (everyMs === undefined || this.#underWay !== undefined) return;
    if (this.#waiting.length >= traceLimits.spansPerExport) this.#begin();
    else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#begin(), everyMs);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#underWay ??= this.#send().finally(() => {
      this.#underWay = undefined;
      this.#arrange();
    });
  }

  async #send(): Promise<void> {
    const spans = this.#waiting.splice(0, traceLimits.spansPerExport);
    const { fetch, collector, resource } = this.#options;
    const message = otlpMessage(resource, spans);
    const outcome = await sendSpans(fetch, collector, message, this.#closed.signal);
    const rejected =
      outcome.kind === "taken" ? Math.min(outcome.rejected, spans.length) : spans.length;
    this.#exported.count += spans.length - rejected;
    this.#dropped.count += rejected;
    this.#tell(outcome);
  }

  /** Once when trouble begins, and once when it is over. */
  #tell(outcome: Outcome): void {
    const isInTrouble = outcome.kind === "refused";
    if (isInTrouble === this.#isInTrouble) return;
    this.#isInTrouble = isInTrouble;
    const { collector, warn } = this.#options;
    const place = placeOf(collector.url);
    warn(
      isInTrouble
        ? `traces are dropped: the collector at ${place} takes none, ${outcome.reason}`
        : `the collector at ${place} takes traces again`,
    );
  }
}

/** Without what may be a secret. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
