import { randomUUID } from "node:crypto";
import { threadId } from "node:worker_threads";
import { traceLimits } from "../../shared/trace-limits.ts";
import type { Log } from "../../shared/telemetry/log.ts";
import type { Meter } from "../../shared/telemetry/meter.ts";
import { SpanExporter } from "../../shared/telemetry/tracing/span-exporter.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { requestSpans } from "../telemetry/request-spans.ts";
import type { BeginSpan, RequestListener } from "../telemetry/request-watch.ts";
import type { TraceSettings } from "../telemetry/trace-settings.ts";

/** The traces of one thread that serves. */
export class ServerTraces implements AsyncDisposable {
  readonly begin: BeginSpan;
  readonly ended: RequestListener;
  readonly #exporter: SpanExporter;

  constructor(settings: TraceSettings, meter: Meter, version: string, log: Log) {
    this.#exporter = new SpanExporter({
      collector: settings.collector,
      resource: {
        "service.version": version,
        "service.instance.id": randomUUID(),
        "process.pid": process.pid,
        "thread.id": threadId,
        ...settings.resource,
      },
      meter,
      warn: (text) => log.say("warn", text),
      fetch: globalThis.fetch,
      everyMs: traceLimits.exportEveryMs,
    });
    const { begin, ended } = requestSpans(new Tracer(settings.sampling, this.#exporter.add));
    this.begin = begin;
    this.ended = ended;
  }

  /** Sends what waits, for a while. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exporter.close(traceLimits.flushMs);
  }
}
