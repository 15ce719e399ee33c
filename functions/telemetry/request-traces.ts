import type { Log } from "../../shared/telemetry/log.ts";
import {
  SpanExporter,
  type SpanExporterOptions,
} from "../../shared/telemetry/tracing/span-exporter.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { traceLimits } from "../../shared/trace-limits.ts";
import { requestSpans } from "./request-spans.ts";
import type { BeginSpan, RequestListener } from "./request-watch.ts";
import type { TraceSettings } from "./trace-settings.ts";

interface RequestTracesOptions extends Pick<SpanExporterOptions, "resource" | "meter" | "everyMs"> {
  readonly log: Log;
}

/** The traces of whoever serves requests, and their way to a collector. */
export class RequestTraces implements AsyncDisposable {
  readonly begin: BeginSpan;
  readonly ended: RequestListener;
  readonly #exporter: SpanExporter;

  constructor(settings: TraceSettings, { resource, log, ...options }: RequestTracesOptions) {
    this.#exporter = new SpanExporter({
      ...options,
      collector: settings.collector,
      resource: {
        "service.instance.id": crypto.randomUUID(),
        ...resource,
        ...settings.resource,
      },
      warn: (text) => log.say("warn", text),
      fetch: globalThis.fetch,
    });
    const { begin, ended } = requestSpans(new Tracer(settings.sampling, this.#exporter.add));
    this.begin = begin;
    this.ended = ended;
  }

  /** Sends what waits, for a while. */
  async flush(): Promise<void> {
    await this.#exporter.flush(traceLimits.flushMs);
  }

  /** The same, and gives up what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exporter.close(traceLimits.flushMs);
  }
}
